/** Moments at which a test may end the process; the product itself does nothing at them. */
export type ProbeName =
  /** An accepted message is durable, and its caller has no answer yet. */
  | 'accepted'
  /** A message has just been written to the line. */
  | 'frame-sent'
  /** WhatsApp has confirmed a message, and that is not durable yet. */
  | 'acknowledged'
  /** A received message and the keys that opened it are durable, and WhatsApp has no receipt yet. */
  | 'ratchet-committed'
  /** A delivery to a webhook is about to be sent. */
  | 'delivery-claimed'
  /** Its endpoint has answered, and that is not stored yet. */
  | 'delivery-answered';

export type Probe = (name: ProbeName) => void;
