/** Something long-lived. Construction does nothing; `start` begins the work; `stop` resolves when nothing is left running. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  /** May be called twice, and during a start, which it ends early where that can take long. */
  stop(): Promise<void>;
}

/**
 * Starts members in order and stops them in reverse. A second `start` or `stop` joins the first; `stop` during a start
 * stops the member that is starting and begins no other. When a member fails to start, those before it are stopped and
 * its error is thrown.
 */
export function group(name: string, members: readonly Service[]): Service {
  const started: Service[] = [];
  let starting: Promise<void> | undefined;
  let startingMember: Service | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const member of members) {
      if (stopping) return;
      startingMember = member;
      try {
        await member.start();
      } catch (error) {
        startingMember = undefined;
        await stopStarted().catch(() => undefined);
        throw error;
      }
      startingMember = undefined;
      started.push(member);
    }
  }

  async function stopStarted(): Promise<void> {
    const failures: unknown[] = [];
    for (let member = started.pop(); member; member = started.pop()) {
      try {
        await member.stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${name}: not everything stopped cleanly`);
  }

  async function stopAll(): Promise<void> {
    await startingMember?.stop();
    await starting?.catch(() => undefined);
    await stopStarted();
  }

  return {
    name,
    start: () => (starting ??= startAll()),
    stop: () => (stopping ??= stopAll()),
  };
}
