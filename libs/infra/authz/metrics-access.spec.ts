import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { mayReadMetrics } from './metrics-access';

const TOKEN = 'a-token-of-the-monitoring';
const may = (remoteAddress: string, headers: IncomingHttpHeaders, token: string | undefined = TOKEN): boolean =>
  mayReadMetrics({ socket: { remoteAddress } as IncomingMessage['socket'], headers }, token);

describe('who may read the metrics', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1:7600'],
    ['127.8.0.1', 'localhost:7600'],
    ['::ffff:127.0.0.1', 'localhost'],
    ['::1', '[::1]:7600'],
  ])('a program on this machine: %s asking for %s', (peer, host) => {
    expect(may(peer, { host }, undefined)).toBe(true);
  });

  it('nobody else without the token', () => {
    expect(may('198.51.100.7', { host: 'localhost:7600' })).toBe(false);
    expect(may('::ffff:198.51.100.7', { host: '127.0.0.1' })).toBe(false);
    expect(may('198.51.100.7', { host: 'platform:7600', authorization: 'Bearer another' })).toBe(false);
    expect(may('198.51.100.7', { host: 'platform:7600', authorization: 'Bearer ' })).toBe(false);
    expect(may('198.51.100.7', { host: 'platform:7600', authorization: `Basic ${TOKEN}` })).toBe(false);
    expect(may('198.51.100.7', { host: 'platform:7600', authorization: 'Bearer undefined' }, undefined)).toBe(false);
  });

  it('the holder of the token, from anywhere', () => {
    expect(may('198.51.100.7', { host: 'platform:7600', authorization: `Bearer ${TOKEN}` })).toBe(true);
    expect(may('127.0.0.1', { host: 'jala.example', 'x-forwarded-for': '198.51.100.7', authorization: `Bearer ${TOKEN}` })).toBe(true);
  });

  it('not the world through a reverse proxy on this machine', () => {
    expect(may('127.0.0.1', { host: 'jala.example' })).toBe(false);
    expect(may('127.0.0.1', { host: 'localhost.jala.example' })).toBe(false);
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect(may('127.0.0.1', { host: 'localhost:7600', [name]: '198.51.100.7' })).toBe(false);
    }
  });
});
