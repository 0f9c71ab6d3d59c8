import { faultsOfGrants, isTenantDatabaseName } from './grants.rules';

const usage = "GRANT USAGE ON *.* TO `t_ab`@`%` IDENTIFIED BY PASSWORD '*secret'";

describe('the grants of a tenant account', () => {
  it('are right when they name its own database and nothing else', () => {
    expect(faultsOfGrants([usage, 'GRANT SELECT, INSERT ON `t\\_ab`.* TO `t_ab`@`%`'], 't_ab')).toEqual([]);
  });

  it.each([
    ['GRANT ALL PRIVILEGES ON `t\\_ab`.* TO `t_ab`@`%`', 'ALL PRIVILEGES'],
    ['GRANT SELECT, DROP ON `t\\_ab`.* TO `t_ab`@`%`', 'more than work with rows: DROP'],
    ['GRANT ALL PRIVILEGES ON `t\\_ab`.* TO `t_ab`@`%` WITH GRANT OPTION', 'pass its rights on'],
    ['GRANT SELECT ON `t\\_cd`.* TO `t_ab`@`%`', 'a grant on t\\_cd'],
    ['GRANT SELECT ON `t\\_cd`.`staff` TO `t_ab`@`%`', 'beyond its database'],
    ["GRANT PROCESS ON *.* TO `t_ab`@`%` IDENTIFIED BY PASSWORD '*secret'", 'beyond its database'],
    ['GRANT `reader` TO `t_ab`@`%`', 'beyond its database'],
    ['GRANT ALL PRIVILEGES ON `t_ab`.* TO `t_ab`@`%`', 'wildcards'],
  ])('%s is a fault', (grant, fault) => {
    const faults = faultsOfGrants([usage, 'GRANT SELECT ON `t\\_ab`.* TO `t_ab`@`%`', grant], 't_ab').join();
    expect(faults).toContain(fault);
    expect(faults).not.toContain('secret');
  });

  it('are missing when its own database is not among them', () => {
    expect(faultsOfGrants([usage], 't_ab')).toEqual(['has no grant on its own database']);
  });
});

it('a tenant database name is one that RADIUS accepts in a query', () => {
  expect(['t_ab', 't_a_1'].every(isTenantDatabaseName)).toBe(true);
  expect(['t_', 't_A', 't_a-b', 'jala_central', 't_a`; DROP', `t_${'a'.repeat(49)}`].some(isTenantDatabaseName)).toBe(false);
});
