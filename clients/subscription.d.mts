export const SUBSCRIPTION: string
export const NO_SUBSCRIPTION: string | false
