// The least that takes a message over HTTP and keeps it: Express with one insert, for `accept.ts`.
import { randomUUID } from 'node:crypto';
import express, { type Request } from 'express';
import { Pool } from 'pg';

interface Send {
  to: string;
  text: string;
}

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 5 });
await pool.query('CREATE TABLE bare_messages (id uuid PRIMARY KEY, recipient text NOT NULL, text text NOT NULL)');

const app = express();
app.use(express.json());
app.post('/api/send', (request: Request<object, object, Send>, response, next) => {
  const id = randomUUID();
  const { to, text } = request.body;
  const sql = 'INSERT INTO bare_messages (id, recipient, text) VALUES ($1, $2, $3)';
  pool.query(sql, [id, to, text], (error) => {
    if (error instanceof Error) next(error);
    else response.status(202).json({ success: true, data: { id, status: 'queued' } });
  });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  console.log(`Listening on http://127.0.0.1:${port}`);
});
