import type { BinaryNode } from '@whiskeysockets/baileys';
import { keyNodes, readPreKey, readSignedPreKey, registrationNode } from './bundle-node.ts';
import type { Device } from './directory.ts';
import { takeBundle, type Network } from './network.ts';
import { done, result, type Answer, type AnswerQuery } from './query-answer.ts';
import { children, find, stanza, unsigned } from './stanza.ts';

/** `xmlns=encrypt`: the keys with which others begin sessions. */
export function createEncryptQueries(network: Network): AnswerQuery {
  const { addresses, directory, faults } = network;

  function bundleOf(jid: string): BinaryNode {
    const address = addresses.resolve(jid);
    const device = address && directory.device(address);
    const absent = !address || faults.unregistered(address.number) || (address.device > 0 && !device);
    if (absent) return stanza('user', { jid }, [stanza('error', { code: '404', text: 'item-not-found' })]);
    const bundle = device ? takeBundle(network, device) : network.phone(address.number).signal.newBundle();
    return stanza('user', { jid }, [registrationNode(bundle.registrationId), ...keyNodes(bundle)]);
  }

  function upload(device: Device, query: BinaryNode): Answer {
    const keys = children(find(query, 'list')).flatMap((node) => readPreKey(node) ?? []);
    const signedPreKey = readSignedPreKey(find(query, 'skey'));
    if (signedPreKey) device.signedPreKey = signedPreKey;
    directory.addPreKeys(device, keys);
    return done;
  }

  function rotate(device: Device, rotation: BinaryNode): Answer {
    const signedPreKey = readSignedPreKey(find(rotation, 'skey'));
    if (!signedPreKey) return { error: { code: 400, text: 'bad-request' } };
    device.signedPreKey = signedPreKey;
    directory.saveDevice(device);
    return done;
  }

  function digest(device: Device): Answer {
    const { registrationId, identityKey, signedPreKey } = device;
    return result(
      stanza('digest', {}, [
        registrationNode(registrationId),
        ...keyNodes({ registrationId, identityKey, signedPreKey }),
        stanza('hash', {}, unsigned(0, 4)),
      ]),
    );
  }

  return (device, query) => {
    const asked = children(query)[0];
    if (query.attrs['type'] === 'set') return asked?.tag === 'rotate' ? rotate(device, asked) : upload(device, query);
    if (asked?.tag === 'count') return result(stanza('count', { value: directory.preKeysLeft(device).toString() }));
    if (asked?.tag === 'digest') return digest(device);
    if (asked?.tag !== 'key') return undefined;
    const users = children(asked).map((user) => bundleOf(user.attrs['jid'] ?? ''));
    return result(stanza('list', {}, users));
  };
}
