/**
 * What the API is measured against: Fastify and mysql2 with nothing between them. It asks the database the same
 * questions as `GET /api/tenant/customers` and `GET /api/tenant/customers/:id`, those that can be asked at the same time
 * at the same time, and gives the same answers. It knows no users, tenants or errors.
 * Usage: node bare-server.mjs <socket> <database> <port>; the password comes in MYSQL_PWD.
 */
import Fastify from 'fastify';
import mysql from 'mysql2/promise';

const [socketPath, database, port] = process.argv.slice(2);
const pool = mysql.createPool({ socketPath, user: 'root', password: process.env.MYSQL_PWD, database, connectionLimit: 20, timezone: 'Z' });

const CUSTOMERS = `SELECT id, username, name, phone, email, address, service_type, service_plan_id, status, anchor_at, expires_at,
  framed_ip, framed_ipv6_prefix, delegated_ipv6_prefix, mac_auth, device_slots, suspended_reason, notes, created_at, updated_at
  FROM customers`;

const USUAL_INTERIM_SECONDS = 300;
const LONGEST_INTERIM_SECONDS = 65_535;

/** How many seconds a session may be silent whose router reports at this interval. */
const silence = (interimSeconds) => 3 * interimSeconds;

const key = (username) => username.toLowerCase();

/** A login before the customer was there is another's, who had the same name. */
const ownLogin = (row, at) => (at && at.getTime() + 1_000 > row.created_at.getTime() ? at : null);

const view = (row, plans, online, logins) => ({
  id: row.id,
  username: row.username,
  name: row.name,
  phone: row.phone,
  email: row.email,
  address: row.address,
  service_type: row.service_type,
  service_plan: { id: row.service_plan_id, name: plans.get(row.service_plan_id) },
  status: row.status,
  suspended_reason: row.suspended_reason,
  expires_at: row.expires_at,
  framed_ip: row.framed_ip,
  framed_ipv6_prefix: row.framed_ipv6_prefix,
  delegated_ipv6_prefix: row.delegated_ipv6_prefix,
  mac_auth: row.mac_auth === 1,
  device_slots: row.device_slots,
  online: online.has(key(row.username)),
  last_login_at: ownLogin(row, logins.get(key(row.username))),
  notes: row.notes,
  created_at: row.created_at,
});

/** Only of those who have been silent for longer than usual is the interval asked for. */
async function onlineOf(open) {
  const heardWithin = ({ heard_at }, interimSeconds) => heard_at.getTime() + 1_000 * silence(interimSeconds) > Date.now();
  const online = new Set(open.filter((session) => heardWithin(session, USUAL_INTERIM_SECONDS)).map(({ username }) => key(username)));
  const doubtful = open.filter(({ username }) => !online.has(key(username)));
  if (doubtful.length === 0) return online;
  const [users] = await pool.query('SELECT username, interim_s FROM raduser WHERE username IN (?)', [doubtful.map((row) => row.username)]);
  const intervals = new Map(users.map((user) => [key(user.username), user.interim_s]));
  for (const session of doubtful) if (heardWithin(session, intervals.get(key(session.username)) ?? 0)) online.add(key(session.username));
  return online;
}

async function views(rows) {
  const names = rows.map((row) => row.username);
  const [[plans], [presence]] = await Promise.all([
    pool.query('SELECT id, name FROM service_plans WHERE id IN (?)', [[...new Set(rows.map((row) => row.service_plan_id))]]),
    pool.query(
      `SELECT username, acctupdatetime AS heard_at, NULL AS at FROM radacct
       WHERE username IN (?) AND acctstoptime IS NULL AND acctupdatetime > NOW() - INTERVAL ? SECOND
       UNION ALL
       SELECT username, NULL, MAX(authdate) FROM radpostauth WHERE username IN (?) AND reply = 'Access-Accept' GROUP BY username`,
      [names, silence(LONGEST_INTERIM_SECONDS), names],
    ),
  ]);
  const planNames = new Map(plans.map((plan) => [plan.id, plan.name]));
  const lastLogins = new Map(presence.map((row) => [key(row.username), row.at]).filter(([, at]) => at));
  const online = await onlineOf(presence.filter((row) => row.heard_at));
  return rows.map((row) => view(row, planNames, online, lastLogins));
}

const app = Fastify();
app.get('/customers', async () => {
  const [[rows], [[{ total }]]] = await Promise.all([
    pool.query(`${CUSTOMERS} ORDER BY name, id LIMIT 25`),
    pool.query('SELECT COUNT(*) AS total FROM customers'),
  ]);
  return { data: await views(rows), meta: { page: 1, per_page: 25, total } };
});
app.get('/customers/:id', async (request) => {
  const [rows] = await pool.query(`${CUSTOMERS} WHERE id = ?`, [request.params.id]);
  return (await views(rows))[0];
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
process.stdout.write('ready\n');
