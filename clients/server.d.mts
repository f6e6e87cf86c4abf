export const DEMO: { organization: string; email: string; password: string }
export function startServer(): Promise<{ url: string; stop(): Promise<void> }>
