// Where mail programs hand in mail, other than where servers meet (RFC 8314 §3).

export const SUBMISSION_PORT = 587
export const SUBMISSIONS_PORT = 465

/** True for an endpoint that mail programs use: what is demanded there is not what servers demand of each other. */
export function isSubmission({ port, tls }: { readonly port: number; readonly tls: 'starttls' | 'implicit' }): boolean {
  return tls === 'implicit' || port === SUBMISSION_PORT
}
