#!/usr/bin/env node
// A router that exists only here: logs users in, accounts for them and obeys CoA, over real sockets, as RouterOS does.
// A process of its own, driven over the IPC channel of child_process.fork: { id, op, input } → { id, result } | { id, error },
// and on its own accord { event, … }. Strict where RouterOS is strict, so that a sloppy request fails a test.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessRequest, accountingRequest, CODE, coaReply, decode, isAuthenticReply, isAuthenticRequest } from './codec.mjs';

const STATUS = { start: 1, stop: 2, interim: 3, on: 7 };
const CAUSE = { userRequest: 1, sessionTimeout: 5, adminReset: 6 };
const ERROR = { unsupportedAttribute: 401, missingAttribute: 402, notFound: 503 };
const FRAMED = 2;
const PPP = 1;
const MODES = ['ack', 'nak', 'silent', 'ignores'];
/** What RouterOS lets a CoA change; all else is refused, and the session stays as it was. */
const CHANGEABLE = ['Mikrotik-Rate-Limit', 'Session-Timeout', 'Idle-Timeout', 'Mikrotik-Total-Limit', 'Mikrotik-Total-Limit-Gigawords'];
const NAMING = ['User-Name', 'Acct-Session-Id', 'Framed-IP-Address', 'Message-Authenticator'];
const WORD = 2 ** 32;

const [settings] = process.argv.slice(2).map((text) => JSON.parse(text));
const { address, secret, authPort, acctPort, server = '127.0.0.1' } = settings;
let { mode = 'ack', honoursSessionTimeout = true } = settings;

const sessions = new Map();
const seen = [];
let serial = 0;
let identifier = 0;

const say = (event, more = {}) => process.send?.({ event, at: Date.now(), ...more });

async function bound(port = 0) {
  const socket = createSocket('udp4').bind(port, address);
  await once(socket, 'listening');
  return socket;
}

const client = await bound();
const coa = await bound(settings.coaPort ?? 0);
const waiting = new Set();
client.on('message', (packet) => waiting.forEach((take) => take(packet)));

/** Five tries of one second, the same packet each time. Undefined: nobody answered. */
async function exchange(packet, port) {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    client.send(packet, port, server);
    const answer = await new Promise((resolve) => {
      const take = (reply) => {
        if (!isAuthenticReply(reply, packet, secret)) return;
        finish(decode(reply));
      };
      const finish = (value) => {
        clearTimeout(timer);
        waiting.delete(take);
        resolve(value);
      };
      const timer = setTimeout(finish, 1_000);
      waiting.add(take);
    });
    if (answer) return answer;
  }
  return undefined;
}

const nextIdentifier = () => (identifier = (identifier + 1) % 256);

const named = (session) => ({
  'User-Name': session.username,
  'NAS-IP-Address': '192.168.88.1',
  'NAS-Identifier': 'simulated',
  'Calling-Station-Id': session.mac,
  'NAS-Port-Type': session.service === 'pppoe' ? 15 : 19,
  ...(session.service === 'pppoe' ? { 'Service-Type': FRAMED, 'Framed-Protocol': PPP } : {}),
});

function account(session, status, more = {}) {
  const counters = status === STATUS.start ? {} : usage(session);
  const attributes = {
    ...named(session),
    'Acct-Status-Type': status,
    'Acct-Session-Id': session.id,
    'Framed-IP-Address': session.ip,
    'Event-Timestamp': Math.floor(Date.now() / 1000),
    ...(session.class ? { Class: session.class } : {}),
    ...counters,
    ...more,
  };
  return exchange(accountingRequest(nextIdentifier(), attributes, secret), acctPort);
}

const usage = (session) => ({
  'Acct-Session-Time': Math.floor((Date.now() - session.startedAt) / 1000),
  'Acct-Input-Octets': session.input % WORD,
  'Acct-Input-Gigawords': Math.floor(session.input / WORD),
  'Acct-Output-Octets': session.output % WORD,
  'Acct-Output-Gigawords': Math.floor(session.output / WORD),
});

/** Session-Timeout counts from the beginning of the session. */
function armTimeout(session) {
  clearTimeout(session.timer);
  const seconds = session.attributes['Session-Timeout'];
  if (!honoursSessionTimeout || seconds === undefined) return;
  const left = session.startedAt + seconds * 1000 - Date.now();
  // What lies beyond the reach of a timer does not end within a test.
  if (left < 2 ** 31) session.timer = setTimeout(() => end(session, CAUSE.sessionTimeout), Math.max(0, left));
}

function open({ username, service = 'pppoe', mac = '02:00:00:00:00:01', ip, id }, attributes) {
  serial += 1;
  const session = {
    username,
    service,
    mac,
    ip: ip ?? `10.77.${serial >> 8}.${serial & 255}`,
    id: id ?? `${service === 'pppoe' ? '81' : '80'}${String(process.pid % 10_000).padStart(4, '0')}${String(serial).padStart(4, '0')}`,
    attributes,
    class: attributes.Class,
    startedAt: Date.now(),
    input: 0,
    output: 0,
  };
  sessions.set(session.id, session);
  armTimeout(session);
  return session;
}

function end(session, cause) {
  if (!sessions.delete(session.id)) return;
  clearTimeout(session.timer);
  say('ended', { session: view(session), cause });
  // A session of a test without accounting ends without a Stop.
  if (acctPort) void account(session, STATUS.stop, { 'Acct-Terminate-Cause': cause });
}

const without = (attributes, ...names) => Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

const view = ({ id, username, service, ip, mac, attributes, startedAt }) => ({
  ...{ id, username, service, ip, mac, startedAt },
  attributes: without(attributes, 'Class', 'Message-Authenticator'),
});

/** As RouterOS looks for it: everything that is named must be right, and a hotspot session is only found with its address. */
function find({ 'User-Name': username, 'Acct-Session-Id': id, 'Framed-IP-Address': ip }) {
  if (username === undefined || id === undefined) return ERROR.missingAttribute;
  const session = sessions.get(id);
  if (!session || session.username !== username) return ERROR.notFound;
  if (session.service === 'hotspot' && ip === undefined) return ERROR.missingAttribute;
  return ip === undefined || session.ip === ip ? session : ERROR.notFound;
}

function change(session, attributes) {
  Object.assign(session.attributes, attributes);
  armTimeout(session);
  say('changed', { session: view(session) });
}

coa.on('message', (packet, from) => {
  const request = decode(packet);
  const kinds = { [CODE.disconnectRequest]: 'disconnect', [CODE.coaRequest]: 'change' };
  const kind = request && kinds[request.code];
  const drop = (why) => {
    seen.push({ dropped: why });
    say('dropped', { why });
  };
  if (!kind) return drop('neither Disconnect nor CoA');
  if (!isAuthenticRequest(packet, secret)) return drop('not authentic');
  const attributes = without(request.attributes, 'Message-Authenticator');
  seen.push({ kind, attributes, unknown: request.unknown });
  say('request', { kind, attributes, unknown: request.unknown });
  if (mode === 'silent') return;
  const answer = (ok, cause) => {
    const reply = coaReply(request.code + (ok ? 1 : 2), packet, cause ? { 'Error-Cause': cause } : {}, secret);
    coa.send(reply, from.port, from.address);
  };
  if (mode === 'nak') return answer(false, settings.nakCause ?? ERROR.notFound);
  const foreign = Object.keys(attributes).filter((name) => !NAMING.includes(name) && !(kind === 'change' && CHANGEABLE.includes(name)));
  if (request.unknown.length > 0 || foreign.length > 0) return answer(false, ERROR.unsupportedAttribute);
  const session = find(attributes);
  if (typeof session === 'number') return answer(false, session);
  answer(true);
  if (mode === 'ignores') return;
  if (kind === 'disconnect') end(session, CAUSE.adminReset);
  else change(session, Object.fromEntries(Object.entries(attributes).filter(([name]) => CHANGEABLE.includes(name))));
});

const known = (id) => {
  const session = sessions.get(id);
  if (!session) throw new Error(`no session ${id}`);
  return session;
};

const OPERATIONS = {
  /** The whole way: Access-Request, and on an Accept the session with its Start. */
  async login({ password, ...user }) {
    const { username, service = 'pppoe', mac = '02:00:00:00:00:01' } = user;
    const request = accessRequest(nextIdentifier(), { ...named({ username, service, mac }), password }, secret);
    const answer = await exchange(request, authPort);
    if (!answer) return { result: 'silent' };
    const attributes = without(answer.attributes, 'Message-Authenticator');
    if (answer.code !== CODE.accessAccept) return { result: 'reject', message: attributes['Reply-Message'] };
    const session = open(user, attributes);
    if (!(await account(session, STATUS.start))) throw new Error('the Start was not acknowledged');
    return { result: 'accept', session: view(session) };
  },
  /** A session that is simply there, for tests that write radacct themselves. */
  async adopt(user) {
    return view(open(user, { ...user.attributes }));
  },
  async interim({ sessionId, input = 0, output = 0 }) {
    const session = known(sessionId);
    session.input += input;
    session.output += output;
    return { acknowledged: (await account(session, STATUS.interim)) !== undefined };
  },
  async logout({ sessionId }) {
    end(known(sessionId), CAUSE.userRequest);
  },
  async sessions() {
    return [...sessions.values()].map(view);
  },
  async requests() {
    return seen;
  },
  async mode({ mode: wanted }) {
    if (!MODES.includes(wanted)) throw new Error(`no mode ${wanted}`);
    mode = wanted;
  },
  async honourSessionTimeout({ honour }) {
    honoursSessionTimeout = honour;
    for (const session of sessions.values()) armTimeout(session);
  },
};

process.on('message', async ({ id, op, input }) => {
  try {
    process.send({ id, result: (await OPERATIONS[op](input)) ?? null });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on('disconnect', () => process.exit(0));
say('ready', { coaPort: coa.address().port });
