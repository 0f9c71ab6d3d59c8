/**
 * Splits a migration file into statements. Knows quotes, comments and, for triggers and procedures, the mysql client's
 * DELIMITER lines. Comments before a statement are dropped; comments inside stay.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let delimiter = ';';
  let start = 0;
  let position = 0;
  const take = (end: number) => {
    const statement = withoutLeadingComments(sql.slice(start, end)).trim();
    if (statement !== '') statements.push(statement);
  };
  while (position < sql.length) {
    const newDelimiter = atLineStart(sql, position) ? /^[ \t]*DELIMITER[ \t]+(\S+)[ \t]*(?:\r?\n|$)/i.exec(sql.slice(position)) : null;
    if (newDelimiter?.[1] !== undefined) {
      take(position);
      delimiter = newDelimiter[1];
      position += newDelimiter[0].length;
      start = position;
    } else if (sql.startsWith(delimiter, position)) {
      take(position);
      position += delimiter.length;
      start = position;
    } else {
      position = endOfToken(sql, position);
    }
  }
  take(sql.length);
  return statements;
}

const atLineStart = (sql: string, position: number): boolean => position === 0 || sql[position - 1] === '\n';

/** The position after the quoted text or comment that begins here, else after one character. */
function endOfToken(sql: string, position: number): number {
  const character = sql[position];
  if (character === "'" || character === '"' || character === '`') return endOfQuoted(sql, position, character);
  if (character === '#' || isDashComment(sql, position)) return after(sql, '\n', position);
  if (sql.startsWith('/*', position)) return after(sql, '*/', position + 2);
  return position + 1;
}

/** A doubled quote and, except in names, a backslash do not end it. */
function endOfQuoted(sql: string, position: number, quote: string): number {
  for (let at = position + 1; at < sql.length; at++) {
    if (sql[at] === '\\' && quote !== '`') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return sql.length;
}

const isDashComment = (sql: string, position: number): boolean => /^--(\s|$)/.test(sql.slice(position, position + 3));

function after(sql: string, end: string, from: number): number {
  const at = sql.indexOf(end, from);
  return at < 0 ? sql.length : at + end.length;
}

function withoutLeadingComments(text: string): string {
  let rest = text.trimStart();
  // `/*!` and `/*M!` are not comments: the server executes what stands in them.
  while (rest.startsWith('#') || isDashComment(rest, 0) || (rest.startsWith('/*') && !/^\/\*M?!/.test(rest))) {
    rest = rest.slice(rest.startsWith('/*') ? after(rest, '*/', 2) : after(rest, '\n', 0)).trimStart();
  }
  return rest;
}
