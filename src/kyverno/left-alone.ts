/** How the message of a rule begins that was not asked, since Kyverno's settings let the request through. */
export const LEFT_ALONE = 'let through untouched';
