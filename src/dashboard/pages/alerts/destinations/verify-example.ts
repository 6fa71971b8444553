/** The shortest receiver that trusts only what we sent (https://www.standardwebhooks.com). */
export function verifyExample(secret: string): string {
  return `import { Webhook } from 'standardwebhooks';

const webhook = new Webhook('${secret}');

// body: the text as it came, before any parsing
export function receive(body, headers) {
  const event = webhook.verify(body, headers); // throws where the signature is wrong or old
  console.log(event.type, event.data);
}
`;
}
