import { devicesOf, type Network } from './network.ts';
import type { Newsletter } from './newsletters.ts';
import type { Post } from './post.ts';

/** Brings a post to the owner and all followers, but for the device that wrote it: 0 is the owner's phone. */
export async function publishPost(
  network: Network,
  post: Post,
  newsletter: Newsletter,
  written: { id: string; message: Uint8Array; by: number },
): Promise<void> {
  const added = network.newsletters.addPost(newsletter, written.id, written.message);
  const node = network.newsletters.stanzaOf(newsletter, added);
  for (const number of new Set([newsletter.owner, ...newsletter.followers])) {
    for (const device of devicesOf(network, number)) {
      const isWriter = number === newsletter.owner && device.device === written.by;
      if (!isWriter) await post.deliver(device, node);
    }
  }
}
