/**
 * Resolves once the messages that wait for this thread now have been handled. Whoever has kept the thread busy learns
 * what was wanted meanwhile.
 *
 * @returns {Promise<void>}
 */
export function afterMessages() {
  return new Promise((resolve) => {
    // A timer would do as well, were it not held back for 4 ms when it is set again and again.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
