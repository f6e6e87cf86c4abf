// Reads lists page by page.

/** The common part of all connections of the schema. */
export interface Page {
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

/** Fetches one page after another until the last one. */
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
