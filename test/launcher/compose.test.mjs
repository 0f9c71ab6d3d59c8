import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { SERVER_SETTINGS, TABLE_CACHES } from '../../scripts/lib/mariadb.mjs';
import { REPOSITORY } from './support.mjs';

const read = (/** @type {string} */ name) => readFileSync(join(REPOSITORY, name), 'utf8');
const composeText = read('docker-compose.yml');
/** @type {{ services: Record<string, any>, volumes: Record<string, unknown> }} */
const compose = parse(composeText, { merge: true });
const services = Object.entries(compose.services);
const dockerfile = read('Dockerfile');

/** @param {string} text @returns {Map<string, string>} */
const variablesOf = (text) => new Map([...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
const example = variablesOf(read('.env.example'));
const isSecret = (/** @type {string} */ name) => /PASSWORD|SECRET|_KEYS$/.test(name);

describe('docker-compose.yml', () => {
  it('has every part of a running Jala', () => {
    assert.deepEqual(Object.keys(compose.services).sort(), [
      'mariadb',
      'platform',
      'prepare',
      'radius-acct',
      'radius-auth',
      'radius-drain',
      'radius-radsec',
      'redis',
      'worker',
    ]);
  });

  it('takes every variable from .env, where the example names it', () => {
    const used = [...composeText.matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)].map(([, name = '']) => name);
    assert.ok(used.length > 20);
    for (const name of used) assert.ok(example.has(name), `${name} is not in .env.example`);
    assert.doesNotMatch(composeText, /\$\{[A-Z0-9_]+:-/, 'a default would hide that something was not set');
  });

  it('sets only variables that the example explains', () => {
    const ofImages = ['REDISCLI_AUTH'];
    for (const [name, { environment }] of services) {
      for (const variable of Object.keys(environment))
        assert.ok(example.has(variable) || ofImages.includes(variable), `${name}: ${variable}`);
    }
  });

  it('has no secret of its own and refuses to start without one', () => {
    for (const [name, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (isSecret(variable) && variable !== 'SMTP_PASSWORD') assert.match(String(value), /^\$\{[A-Z_]+:\?/, `${name}: ${variable}`);
      }
    }
    for (const [name, value] of example) if (isSecret(name)) assert.equal(value, '', `${name} has a value in .env.example`);
  });

  it('checks the health of every service that stays', () => {
    for (const [name, service] of services) {
      const runsOnce = service.restart === 'no';
      assert.equal(Boolean(service.healthcheck), !runsOnce, name);
    }
    const awaited = services.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
    for (const [name, { condition }] of /** @type {[string, any][]} */ (awaited)) {
      const runsOnce = compose.services[name].restart === 'no';
      assert.equal(condition, runsOnce ? 'service_completed_successfully' : 'service_healthy', name);
    }
  });

  it('starts whoever shares the network of another service again together with it: the old network is gone', () => {
    const guests = services.filter(([, { network_mode }]) => network_mode);
    assert.ok(guests.length > 0);
    for (const [name, { network_mode, depends_on }] of guests) {
      const host = String(network_mode).replace(/^service:/, '');
      assert.equal(depends_on[host]?.restart, true, name);
    }
  });

  it('pins every image to a full version', () => {
    const images = [...services.map(([, { image }]) => image), ...[...dockerfile.matchAll(/^FROM (\S+:\S+)/gm)].map(([, image]) => image)];
    for (const image of images) assert.match(image, /:\d+\.\d+\.\d+(-[a-z-]+)?$/);
    assert.match(dockerfile, /^FROM node:24\./m);
  });

  it('runs nothing as root and gives nothing more rights than it needs', () => {
    for (const [name, service] of services) {
      assert.ok(service.user && service.user !== 'root', name);
      assert.deepEqual(
        [service.cap_drop, service.security_opt, service.privileged],
        [['ALL'], ['no-new-privileges:true'], undefined],
        name,
      );
    }
    assert.equal([...dockerfile.matchAll(/^USER (\S+)/gm)].at(-1)?.[1], 'node');
  });

  it('opens to the outside only HTTP and RADIUS', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    assert.deepEqual(published.sort(), ['1812:1812/udp', '1813:1813/udp', '2083:2083', '7600:7600']);
  });

  it('sets its database server as the launcher sets its own', () => {
    assert.deepEqual(compose.services['mariadb'].command, [...SERVER_SETTINGS, ...TABLE_CACHES]);
  });

  it('starts programs that exist', () => {
    for (const [name, { command = [] }] of services) {
      for (const word of command.filter((/** @type {string} */ one) => /^(scripts|freeradius)\//.test(one)))
        assert.ok(existsSync(join(REPOSITORY, word)), `${name}: ${word}`);
      for (const word of command.filter((/** @type {string} */ one) => one.startsWith('dist/'))) {
        assert.ok(existsSync(join(REPOSITORY, word.replace(/^dist\//, '').replace(/\.js$/, '.ts'))), `${name}: ${word}`);
      }
    }
    for (const volume of services.flatMap(([, { volumes = [] }]) => volumes)) assert.ok(volume.split(':')[0] in compose.volumes, volume);
  });
});

describe('.env.example', () => {
  it('names every variable that the configuration reads, and the raddb', () => {
    const configuration = [...read('libs/infra/config/app-config.ts').matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)].map(
      ([, name = '']) => name,
    );
    const raddb = [...read('freeradius/raddb/README.md').matchAll(/`(RADIUS_[A-Z_0-9]+)`/g)].map(([, name = '']) => name);
    assert.ok(configuration.length > 30 && raddb.length > 8);
    for (const name of [...configuration, ...raddb]) assert.ok(example.has(name), `${name} is missing`);
  });

  it('becomes a complete .env by make-env, with secrets of the right kind', () => {
    const { stdout } = spawnSync(process.execPath, [join(REPOSITORY, 'scripts/make-env.mjs')], { encoding: 'utf8' });
    const made = variablesOf(stdout);
    const required = [...composeText.matchAll(/\$\{([A-Z0-9_]+):\?/g)].map(([, name = '']) => name);
    for (const name of required) assert.ok(made.get(name), `${name} is empty`);
    assert.match(String(made.get('JALA_ENCRYPTION_KEYS')), /^k1:[A-Za-z0-9+/]{43}=$/);
    assert.ok(Buffer.from(String(made.get('JALA_JWT_SECRET')), 'base64').length >= 32);
  });
});
