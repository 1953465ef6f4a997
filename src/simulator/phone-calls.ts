import type { Calls } from './calls.ts';
import type { VirtualPhone } from './control.ts';
import { refuseAway, type Network, type Phone } from './network.ts';

type PhoneCalls = Pick<VirtualPhone, 'call' | 'hangUp' | 'calls' | 'callEnds'>;

export function createPhoneCalls({ addresses, state }: Network, calls: Calls, phone: () => Phone): PhoneCalls {
  return {
    async call(to, { video = false, addressing = 'phone' } = {}) {
      refuseAway(phone());
      const id = calls.place(phone().record.number, addresses.numberOf(to), { video, addressing });
      await state.durable();
      return { id };
    },
    async hangUp(callId, timedOut = false) {
      calls.end(phone().record.number, callId, timedOut);
      await state.durable();
    },
    calls: () => calls.of(phone().record.number),
    callEnds: (callId, signal) => calls.wait(phone().record.number, callId, signal),
  };
}
