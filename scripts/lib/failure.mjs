/**
 * A failure whose cause we know: it is shown as two plain sentences, without a stack.
 * Anything else that reaches the top is a defect of ours and keeps its stack.
 */
export class LaunchFailure extends Error {
  /**
   * @param {string} what what went wrong, naming the thing it went wrong with
   * @param {string} remedy what the reader can do about it
   * @param {{ cause?: unknown, details?: string }} [more] details are printed below, e.g. the end of a log
   */
  constructor(what, remedy, more = {}) {
    super(what, { cause: more.cause });
    this.name = 'LaunchFailure';
    this.remedy = remedy;
    this.details = more.details;
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function describeFailure(error) {
  if (error instanceof LaunchFailure) {
    const details = error.details ? `\n${error.details.trimEnd().replace(/^/gm, '    ')}\n` : '';
    return `${error.message}${details}\n  ${error.remedy}`;
  }
  if (isDiskFull(error)) {
    return 'The disk is full.\n  Make room and start again; nothing that was stored is lost.';
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * @param {unknown} error
 * @returns {boolean}
 */
export function isDiskFull(error) {
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
}

/**
 * @param {unknown} error
 * @param {string} code
 * @returns {boolean}
 */
export function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
