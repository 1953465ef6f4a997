import type { LookupOptions } from 'node:dns';
import dns from 'node:dns/promises';
import net, { isIP } from 'node:net';

/** What a server's process finds outside of it, in place of the real internet. */
export interface Internet {
  /** What the look-up of a name answers, one after the other, the last of them again and again. */
  readonly names: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** A public address, on all of its ports, and the port of this machine that stands for it. */
  readonly outside: { readonly address: string; readonly port: number };
  /** Of this machine; whoever connects to this port of any address arrives there. */
  readonly trapPort: number;
}

/**
 * Changes how this process looks up names and connects, before anything does. What the functions of Node are called with
 * was checked already, or was not.
 */
export function enterInternet({ names, outside, trapPort }: Internet): void {
  const { lookup } = dns;
  const { connect } = net;
  const lookUps = new Map<string, number>();

  function answerFor(name: string): readonly string[] | undefined {
    const answers = names[name];
    const before = lookUps.get(name) ?? 0;
    lookUps.set(name, before + 1);
    return answers?.[Math.min(before, answers.length - 1)];
  }
  function wayTo(to: unknown): unknown {
    if (typeof to !== 'object' || to === null || !('host' in to) || !('port' in to)) return to;
    if (to.host === outside.address) return { host: '127.0.0.1', port: outside.port };
    const isHere = /^(127\.|::1$)/.test(String(to.host));
    return to.port === trapPort && !isHere ? { host: '127.0.0.1', port: trapPort } : to;
  }

  Object.assign(dns, {
    async lookup(name: string, options: LookupOptions) {
      const addresses = answerFor(name);
      return addresses ? addresses.map((address) => ({ address, family: isIP(address) })) : lookup(name, options);
    },
  });
  Object.assign(net, {
    connect: (to: unknown, ...more: unknown[]): unknown => Reflect.apply(connect, net, [wayTo(to), ...more]),
  });
}
