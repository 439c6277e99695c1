/** Whether a process does its work, and if not, what it waits for, in words. */
export interface Readiness {
  readonly ready: boolean
  readonly message: string
}
