/** For `LIKE`: contains the text as it was typed, `%` and `_` included. */
export const containsPattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
