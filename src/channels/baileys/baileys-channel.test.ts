import { type ChannelAccount, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import type { VirtualPhone } from '../../simulator/control.ts';
import { channelContract, type ChannelUnderTest } from '../channel.contract.ts';

const rig = useBaileysRig();

function underTest(account: ChannelAccount, customer: VirtualPhone): ChannelUnderTest {
  const { phone, channel, told } = account;
  const { number } = phone;
  return {
    channel,
    told,
    async link() {
      await waitFor(() => channel.state.kind !== 'connecting');
      if (channel.state.kind === 'pairing') await phone.scan(channel.state.qr);
    },
    openLines: () => rig.openLines(account),
    isLinked: () => phone.devices().length > 0,
    again: () => underTest(rig.again(account), customer),
    owner: {
      phone: `+${number}`,
      scans: (qr) => phone.scan(qr),
      types: (code) => phone.enterCode(code),
    },
    customer: {
      address: customer.jid,
      writes: async (text) => void (await customer.send({ to: number, text })),
      receives: async (text) => void (await customer.receives(text)),
      readsAll: () => customer.read(),
    },
    network: {
      losesConfirmations: () => rig.control.fault({ kind: 'drop-acks', number, times: 100 }),
      refusesNext: () => rig.control.fault({ kind: 'error-ack', number, code: 479, times: 1 }),
      cutsTheLine: () => rig.control.fault({ kind: 'drop-line', number }),
    },
  };
}

channelContract('a Baileys channel', async () =>
  underTest(await rig.unlinked({ timings: { acknowledgementTimeoutMs: 1_500 } }), rig.newPhone()),
);
