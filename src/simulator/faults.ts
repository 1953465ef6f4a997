import type { Fault, MediaDirection } from './fault.ts';

type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

const kinds: Readonly<Record<Fault['kind'], true>> = {
  'drop-line': true,
  'stream-error': true,
  'error-after-queue': true,
  'device-removed': true,
  replaced: true,
  'silent-line': true,
  'refuse-login': true,
  'refuse-upgrade': true,
  'refuse-code': true,
  'delay-acks': true,
  'drop-acks': true,
  'error-ack': true,
  'unanswered-query': true,
  latency: true,
  'redeliver-last': true,
  'corrupt-next': true,
  'forget-sessions': true,
  'time-lock': true,
  'broken-offer': true,
  unregistered: true,
  'media-host-down': true,
  'media-expired': true,
  'media-corrupt': true,
  'media-slow': true,
};

export function isFaultKind(kind: string): kind is Fault['kind'] {
  return kind in kinds;
}

type CountedKind =
  | 'refuse-login'
  | 'refuse-code'
  | 'drop-acks'
  | 'error-ack'
  | 'corrupt-next'
  | 'error-after-queue'
  | 'media-corrupt';

/** Faults that lie in wait. Those that happen at once (drop-line, …) are no part of this. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** Counts one use of a fault with `times`; undefined when none applies to this number. */
  take<Kind extends CountedKind>(kind: Kind, number: string): FaultOf<Kind> | undefined;
  takeRefusedUpgrade(): number | undefined;
  /** Milliseconds by which the next acknowledgement of a message is late, or undefined. */
  ackDelay(number: string): number | undefined;
  latency(number: string): number;
  silent(number: string): boolean;
  unanswered(number: string, xmlns: string): boolean;
  unregistered(number: string): boolean;
  timeLock(number: string): FaultOf<'time-lock'> | undefined;
  mediaDown(direction: MediaDirection): FaultOf<'media-host-down'> | undefined;
  /** Bytes per second, or undefined for as fast as it goes. */
  mediaRate(): number | undefined;
  /** With which status what has expired is answered. */
  expiredStatus(): number;
  /** What lies in wait for this number. */
  inWait(number: string): readonly Fault['kind'][];
}

function appliesTo(fault: Fault, number: string): boolean {
  return !('number' in fault) || fault.number === undefined || fault.number === number;
}

/** What names a switch, whatever its position. */
function switchOf(fault: Fault): string {
  const number = 'number' in fault ? fault.number : undefined;
  const xmlns = 'xmlns' in fault ? fault.xmlns : undefined;
  const only = 'only' in fault ? fault.only : undefined;
  return [fault.kind, number, xmlns, only].join(' ');
}

export function createFaults(): Faults {
  let active: Fault[] = [];
  const left = new Map<Fault, number>();

  function find<Kind extends Fault['kind']>(
    kind: Kind,
    number: string,
    matches: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    return active.find(
      (fault): fault is FaultOf<Kind> =>
        fault.kind === kind && appliesTo(fault, number) && matches(fault as FaultOf<Kind>),
    );
  }
  function spend(fault: Fault): void {
    const rest = (left.get(fault) ?? 1) - 1;
    left.set(fault, rest);
    if (rest <= 0) active = active.filter((other) => other !== fault);
  }

  return {
    add(fault) {
      if ('enabled' in fault || fault.kind === 'latency' || fault.kind === 'media-expired') {
        // The same switch again replaces itself; off removes it.
        active = active.filter((other) => switchOf(other) !== switchOf(fault));
        if ('enabled' in fault && !fault.enabled) return;
      }
      active.push(fault);
      if ('times' in fault) left.set(fault, fault.times);
    },
    clear() {
      active = [];
      left.clear();
    },
    take(kind, number) {
      const fault = active.length === 0 ? undefined : find(kind, number);
      if (fault) spend(fault);
      return fault;
    },
    takeRefusedUpgrade() {
      const fault = find('refuse-upgrade', '');
      if (fault) spend(fault);
      return fault?.status;
    },
    ackDelay(number) {
      const fault = find('delay-acks', number);
      return fault && fault.minMs + Math.random() * (fault.maxMs - fault.minMs);
    },
    latency: (number) => find('latency', number)?.ms ?? 0,
    silent: (number) => find('silent-line', number) !== undefined,
    unanswered: (number, xmlns) => find('unanswered-query', number, (fault) => fault.xmlns === xmlns) !== undefined,
    unregistered: (number) => find('unregistered', number) !== undefined,
    timeLock: (number) => find('time-lock', number),
    mediaDown: (direction) => find('media-host-down', '', ({ only }) => only === undefined || only === direction),
    mediaRate: () => find('media-slow', '')?.bytesPerSecond,
    expiredStatus: () => find('media-expired', '')?.status ?? 410,
    inWait: (number) => active.filter((fault) => appliesTo(fault, number)).map(({ kind }) => kind),
  };
}
