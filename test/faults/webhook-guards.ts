import type { Guard } from './guard.ts';

/** Those of webhooks and of what leaves this server. */
export const webhookGuards: readonly Guard[] = [
  {
    name: 'places that one endpoint cannot take from the others',
    edits: [
      {
        file: 'src/features/webhooks/attempts.store.ts',
        text: 'LIMIT room.count FOR UPDATE',
        replacement: 'LIMIT 100 + 0 * room.count FOR UPDATE',
      },
      {
        file: 'src/features/webhooks/attempts.store.ts',
        text: 'WHEN p.turn <= p.most THEN $4::int - $5::int',
        replacement: 'WHEN p.turn <= 100 THEN $4::int - 0 * $5::int',
      },
      {
        file: 'src/features/webhooks/lines.ts',
        text: 'return line.open.size < line.most && free() > (line.open.size === 0 ? 0 : reserved);',
        replacement: 'return free() > 0 * line.most * reserved;',
      },
    ],
    rows: [101],
  },
  {
    name: 'the wait that an endpoint asks for, and the breaker',
    edits: [
      {
        file: 'src/features/webhooks/attempts.store.ts',
        text: '(w.not_before IS NULL OR w.not_before <= $2)',
        replacement: '(w.not_before IS NULL OR $2::timestamptz IS NOT NULL)',
      },
    ],
    rows: [102, 104],
  },
  {
    name: 'a POST that follows no redirect',
    edits: [
      {
        file: 'src/platform/outbound-http.ts',
        text: "const mayFollow = limits.maxRedirects > 0 && (sending.method === 'GET' || sending.method === 'HEAD');",
        replacement: 'const mayFollow = true;',
      },
      {
        file: 'src/platform/outbound-http.ts',
        text: 'if (followed === limits.maxRedirects) throw',
        replacement: 'if (followed === 5) throw',
      },
    ],
    rows: [102, 107],
  },
  {
    name: 'leaving an endpoint alone that is gone',
    edits: [
      {
        file: 'src/features/webhooks/results.ts',
        text: "if (results.some(({ webhookId, gone }) => webhookId === id && gone)) return 'gone';",
        replacement: 'void id;\n  void results;',
      },
    ],
    rows: [102],
  },
  {
    name: 'a delivery that is over only once it was answered',
    edits: [
      {
        file: 'src/features/webhooks/attempts.store.ts',
        text: 'SET claimed_until = now() + make_interval(secs => w.timeout_seconds + ${claimMarginSeconds + aheadSeconds})',
        replacement:
          "SET status = 'delivered', attempts = d.attempts + 1, ended_at = now() + 0 * make_interval(secs => w.timeout_seconds + ${claimMarginSeconds + aheadSeconds})",
      },
    ],
    rows: [103],
  },
  {
    name: 'one id for all attempts of a delivery',
    edits: [
      {
        file: 'src/features/webhooks/deliverer.ts',
        text: 'eventId: delivery.eventId,',
        replacement: 'eventId: `${delivery.eventId}${delivery.attempts}`,',
      },
    ],
    rows: [103, 104],
  },
  {
    name: 'the whole schedule of attempts',
    edits: [
      {
        file: 'src/features/webhooks/verdict.ts',
        text: '  20 * hour,\n  24 * hour,\n',
        replacement: '  20 * hour,\n',
      },
    ],
    rows: [104],
  },
  {
    name: 'a probe a minute while nothing succeeds',
    edits: [
      {
        file: 'src/features/webhooks/attempts.store.ts',
        text: 'CASE WHEN c.failures >= ${brokenAfter} THEN',
        replacement: 'CASE WHEN c.failures >= 1000 * ${brokenAfter} THEN',
      },
    ],
    rows: [104],
  },
  {
    name: 'patience that ends after five days',
    edits: [
      {
        file: 'src/features/webhooks/results.ts',
        text: 'now.getTime() - firstFailureAt.getTime() >= patienceMs',
        replacement: 'now.getTime() - firstFailureAt.getTime() >= 2 * patienceMs',
      },
    ],
    rows: [104],
  },
  {
    name: 'a former secret that ends',
    edits: [
      {
        file: 'src/features/webhooks/webhook-secrets.ts',
        text: '!formerSecretEndsAt || formerSecretEndsAt <= now',
        replacement: '!formerSecretEndsAt || !now',
      },
    ],
    rows: [105],
  },
  {
    name: 'the limit of what is read of an answer',
    edits: [
      {
        file: 'src/features/webhooks/attempt.ts',
        text: 'maxBodyBytes: mostAnswerBytes,',
        replacement: 'maxBodyBytes: 100 * mostAnswerBytes,',
      },
    ],
    rows: [106],
  },
  {
    name: 'the check of every address that is connected to',
    edits: [
      {
        file: 'src/platform/outbound-connection.ts',
        text: '!addresses.every(isPublicAddress)',
        replacement: '!addresses.every((address) => address || isPublicAddress(address))',
      },
    ],
    rows: [107],
  },
  {
    name: 'connecting to the very address that was checked',
    edits: [
      {
        file: 'src/platform/outbound-connection.ts',
        text: '  return addresses;\n}',
        replacement: '  return isIP(host) === 0 ? resolve(host) : addresses;\n}',
      },
    ],
    rows: [107],
  },
  {
    name: 'no webhook with a private address',
    edits: [
      {
        file: 'src/features/webhooks/target.ts',
        text: 'if (isPrivate && !isAllowed(url, allowedHosts))',
        replacement: 'if (!host && isPrivate && !isAllowed(url, allowedHosts))',
      },
    ],
    rows: [107],
  },
  {
    name: 'deliveries that outlive an outage of the database',
    edits: [
      {
        file: 'src/features/webhooks/deliverer.ts',
        text: "if (!isUnavailable(error)) log.error('Deliveries could not be read', { error });",
        replacement: "log.error('Deliveries could not be read', { error });\n        throw error;",
      },
    ],
    rows: [128],
  },
  {
    name: 'a claim that keeps other instances away',
    edits: [
      {
        file: 'src/features/webhooks/attempts.store.ts',
        text: 'AND (q.claimed_until IS NULL OR q.claimed_until <= now())',
        replacement: '',
      },
    ],
    rows: [129],
  },
];
