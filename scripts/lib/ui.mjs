/** What the person at the terminal sees. Silent about what went as expected and took no time. */

const started = performance.now();
const colourful = process.stdout.isTTY && !process.env['NO_COLOR'];

/** A closed pipe (`npm start | head`) must not take the servers down. */
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

/**
 * @param {string} code
 * @param {string} text
 */
const paint = (code, text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);

/** @param {string} text */
export const bold = (text) => paint('1', text);

/** @param {string} text */
export const dim = (text) => paint('2', text);

/** @param {string} text */
export const red = (text) => paint('31', text);

/** @param {string} [line] */
export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/** @param {string} line */
export function step(line) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  say(`${dim(`${seconds} s`)}  ${line}`);
}

/** @param {string} line */
export function warn(line) {
  process.stderr.write(`${red('!')} ${line}\n`);
}

/** @returns {string} */
export function secondsSinceStart() {
  return ((performance.now() - started) / 1000).toFixed(1);
}
