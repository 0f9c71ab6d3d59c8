import { splitStatements } from './sql-statements';

describe('splitting a migration into statements', () => {
  it('drops comments before statements and empty statements', () => {
    expect(splitStatements('-- head; line\n# other;\n/* a; b */ SELECT 1;;\n  SELECT 2 -- tail;\n;\n-- end')).toEqual([
      'SELECT 1',
      'SELECT 2 -- tail;',
    ]);
  });

  it('does not split inside quotes and comments', () => {
    const sql = "INSERT INTO a VALUES ('x;''y\\';z', \"d;\"\"\", `c;``d`) /* ; */";
    expect(splitStatements(`${sql};SELECT ';'`)).toEqual([sql, "SELECT ';'"]);
  });

  it('keeps comments that the server executes, and minus signs that are no comment', () => {
    expect(splitStatements('/*!40101 SET a=1 */; SELECT 1--1; --\nSELECT 3')).toEqual(['/*!40101 SET a=1 */', 'SELECT 1--1', 'SELECT 3']);
  });

  it('follows the delimiter lines of triggers', () => {
    const body = 'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END';
    expect(splitStatements(`SELECT 1;\nDELIMITER //\n${body}//\nDELIMITER ;\nSELECT 2;`)).toEqual(['SELECT 1', body, 'SELECT 2']);
  });
});
