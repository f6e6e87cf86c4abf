// Lists page by page.

/** What every connection of the schema has. */
export interface Page {
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** Asks for one page after another, until there is no next. */
export async function* pages<Connection extends Page>(
  fetchAfter: (cursor: string | null) => Promise<Connection>,
): AsyncGenerator<Connection, void, undefined> {
  let cursor: string | null = null
  do {
    const page: Connection = await fetchAfter(cursor)
    yield page
    cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (cursor !== null)
}
