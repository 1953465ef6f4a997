import type { EventName } from '../../events.ts';
import samples from './event-samples.json' with { type: 'json' };

/** What is told of an event to who asked for just this name. */
export interface EventSample {
  id: string;
  event: string;
  names: string[];
  timestamp: string;
  accountId: string;
  sequence: number;
  data: object;
}

/** An example of an event, as `test/journeys/event-catalogue.test.ts` received it. */
export function eventSample(name: EventName): EventSample {
  return samples[name];
}
