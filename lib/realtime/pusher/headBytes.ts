/**
 * About what undici writes in front of a body: request line with its signed query, host and the
 * content's headers. Reverb counts it.
 */
export const requestHeadBytes = 420;
