/**
 * Every variable an operator may set: its default as text (empty: none) and one line of help. `.env.example` is made
 * from this table (`npm run env-example`); the reader can read no other name.
 */
export const environmentVariables = {
  PORT: { value: '3000', help: 'Port to listen on; 0 takes a free one.' },
  HOST: { value: '0.0.0.0', help: 'Address to listen on; 127.0.0.1 for this machine only.' },
  NODE_ENV: { value: 'development', help: 'development, production (JSON logs, secrets required) or test.' },
  PUBLIC_URL: {
    value: '',
    help: 'Address under which others reach this server; else RENDER_EXTERNAL_URL or localhost.',
  },
  DATABASE_URL: { value: '', help: 'postgresql://…; empty starts the embedded Postgres in DATA_DIR.' },
  DATABASE_CA: { value: '', help: "The database provider's own CA certificate: PEM text or the path of a file." },
  EMBEDDED_DATABASE: {
    value: 'false',
    help: 'true insists on the embedded Postgres on a host whose disk does not last.',
  },
  DATA_DIR: { value: './data', help: 'Folder of the embedded Postgres and of generated secrets.' },
  SUPABASE_URL: { value: '', help: 'Not used: Supabase is reached by its session pooler string in DATABASE_URL.' },
  SUPABASE_SERVICE_ROLE_KEY: { value: '', help: 'Not used either; alone, both are refused with that advice.' },
  ADMIN_API_KEY: { value: '', help: 'An admin key given from outside, 32 or more characters.' },
  ADMIN_USERNAME: {
    value: '',
    help: 'Who signs in to the dashboard; with neither this nor a password the start prints a set-up link.',
  },
  ADMIN_PASSWORD: {
    value: '',
    help: '8 or more characters, at most 72 bytes; wins over a stored one, and a new one ends all sessions.',
  },
  SESSION_SECRET: {
    value: '',
    help: 'Signs sessions, 32 or more characters; required with DATABASE_URL in production.',
  },
  SESSION_COOKIE_SECURE: {
    value: '',
    help: 'true: browsers send the cookie over https only; empty means true in production, else false.',
  },
  SESSION_IDLE_MINUTES: { value: '30', help: 'A session ends after so many minutes without an act of its person.' },
  SESSION_MAX_HOURS: { value: '12', help: 'A session ends after so many hours in any case.' },
  ENCRYPTION_KEY: { value: '', help: 'Encrypts secrets at rest, 32 or more characters; back it up.' },
  TRUST_PROXY: { value: '0', help: 'Number of proxies in front of this server, 0 to 10.' },
  CORS_ORIGINS: { value: '', help: 'Origins that may call the API from a browser, separated by commas.' },
  OUTBOUND_ALLOW_HOSTS: {
    value: '',
    help: 'Private hosts that webhooks, media and AI may reach, by commas: n8n:5678,localhost,[::1]:8080.',
  },
  MEDIA_QUEUE_MB: { value: '200', help: 'Files that wait to be sent, all together, in MB.' },
  MEDIA_STORE_MB: {
    value: '200',
    help: 'Files that came in and are stored (setting storeMedia), all together, in MB; the oldest go first.',
  },
  DEFAULT_TIMEZONE: { value: 'UTC', help: 'Zone in which the dashboard shows times, such as Asia/Jakarta.' },
  TYPING_DELAY_MS: {
    value: '1500',
    help: 'How long somebody is shown typing the shortest message, in milliseconds; 0 = never.',
  },
  LOG_LEVEL: { value: 'info', help: 'error, warn, info or debug.' },
  RATE_LIMIT_PER_KEY: { value: '3000', help: 'Requests a minute for each API key.' },
  RATE_LIMIT_PER_SESSION: { value: '1200', help: 'Requests a minute for each signed-in browser.' },
  RATE_LIMIT_PER_ADDRESS: { value: '120', help: 'Requests a minute for each address without a key.' },
  QUERY_CACHE_SIZE: { value: '1000', help: 'Entries of each in-memory cache.' },
  CACHE_TTL: { value: '300000', help: 'Longest age of a cached entry, in milliseconds.' },
  SANDBOX: { value: 'true', help: 'false removes sandbox accounts, which work without a phone.' },
  WHATSAPP_STRICT_NOISE: { value: 'true', help: "false accepts certificates that only Baileys' own check accepts." },
  WHATSAPP_WEB_SOCKET_URL: {
    value: '',
    help: 'Another server for accounts of kind whatsapp (ws:// or wss://), for tests.',
  },
  WHATSAPP_NOISE_ROOT: { value: '', help: 'Root key of that server, 64 hexadecimal digits.' },
  WHATSAPP_MEDIA_CA: { value: '', help: "Certificate of that network's file servers: PEM, or the path of a file." },
  ALLOW_CUSTOM_WHATSAPP: { value: 'false', help: 'true allows the three variables above in production.' },
} as const satisfies Record<string, { value: string; help: string }>;

export type VariableName = keyof typeof environmentVariables;
