import { radiusFormerRevokes, radiusGrants, radiusRevokes } from './grants';

describe("the rights of FreeRADIUS in a tenant's database", () => {
  it('are on tables, and no more than it needs', () => {
    const grants = radiusGrants('t_maju', 'jala_radius');
    expect(grants).toContain("GRANT SELECT ON `t_maju`.`radcheck` TO 'jala_radius'@'%'");
    expect(grants).toContain(
      "GRANT SELECT, UPDATE (status, first_login_at, first_mac, expires_at, mac, devices) ON `t_maju`.`raduser` TO 'jala_radius'@'%'",
    );
    expect(grants.every((grant) => /^GRANT [^*]+ ON `t_maju`\.`[a-z_]+` TO 'jala_radius'@'%'$/.test(grant))).toBe(true);
    expect(grants.join()).not.toMatch(/DELETE|DROP|ALTER|customers|radpostauth/);
    const revokes = radiusRevokes('t_maju', 'jala_radius');
    const tables = (statements: string[]) => statements.map((statement) => /`([a-z_]+)` (?:TO|FROM) /.exec(statement)?.[1]);
    expect(tables(revokes)).toEqual(expect.arrayContaining(tables(grants)));
    expect(revokes).toEqual(expect.arrayContaining(radiusFormerRevokes('t_maju', 'jala_radius')));
  });

  it.each([
    ['mysql', 'jala_radius', '%'],
    ['t_x`; DROP DATABASE t_y; --', 'jala_radius', '%'],
    ['t_maju', "x'@'%", '%'],
    ['t_maju', 'jala_radius', "%' WITH GRANT OPTION; --"],
  ])('are not given with names that are something else: %s %s %s', (database, user, host) => {
    expect(() => radiusGrants(database, user, host)).toThrow(RangeError);
  });
});
