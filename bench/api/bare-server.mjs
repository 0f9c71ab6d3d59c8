/**
 * What the API is measured against: Fastify and mysql2 with nothing between them. It asks the database the same
 * questions as `GET /api/tenant/customers` and `GET /api/tenant/customers/:id`, and knows no users, tenants or errors.
 * Usage: node bare-server.mjs <socket> <database> <port>; the password comes in MYSQL_PWD.
 */
import Fastify from 'fastify';
import mysql from 'mysql2/promise';

const [socketPath, database, port] = process.argv.slice(2);
const pool = mysql.createPool({ socketPath, user: 'root', password: process.env.MYSQL_PWD, database, connectionLimit: 20, timezone: 'Z' });

const CUSTOMERS = `SELECT id, username, name, phone, email, address, service_type, service_plan_id, status, anchor_at, expires_at,
  suspended_reason, notes, created_at, updated_at FROM customers`;

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
  online: online.has(row.username),
  last_login_at: logins.get(row.username) ?? null,
  notes: row.notes,
  created_at: row.created_at,
});

async function views(rows) {
  const names = rows.map((row) => row.username);
  const [[plans], [online], [logins]] = await Promise.all([
    pool.query('SELECT id, name FROM service_plans WHERE id IN (?)', [[...new Set(rows.map((row) => row.service_plan_id))]]),
    pool.query(
      'SELECT DISTINCT username FROM radacct WHERE username IN (?) AND acctstoptime IS NULL AND acctupdatetime > NOW() - INTERVAL 15 MINUTE',
      [names],
    ),
    pool.query(
      "SELECT username, MAX(authdate) AS at FROM radpostauth WHERE username IN (?) AND reply = 'Access-Accept' GROUP BY username",
      [names],
    ),
  ]);
  const planNames = new Map(plans.map((plan) => [plan.id, plan.name]));
  const onlineNames = new Set(online.map((row) => row.username));
  const lastLogins = new Map(logins.map((row) => [row.username, row.at]));
  return rows.map((row) => view(row, planNames, onlineNames, lastLogins));
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
