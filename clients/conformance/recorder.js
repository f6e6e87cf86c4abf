// A fetch that records its requests.

/** `requests` has the method of each request, and whether it contained the text of a document. */
export function recorder() {
  const requests = []
  const record = (url, init = {}) => {
    const sent = `${url}${typeof init.body === 'string' ? init.body : ''}`
    requests.push({ method: init.method ?? 'GET', document: /[?&"]query["=]/.test(sent) })
    return fetch(url, init)
  }
  return { requests, fetch: record }
}
