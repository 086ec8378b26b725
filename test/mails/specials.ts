export type SpecialBuilt = {
  subject: string; headers?: string[]; part: import('./mime.ts').Part; to?: string; from?: { name: string; address: string }; envelopeFrom?: string;
  authentication?: import('./mime.ts').MailParts['authentication'];
  raw?: (usual: Uint8Array) => Uint8Array;
  expect: { action: string; text?: string; attachments?: string[]; reason?: string };
};
export type Special = { name: string; locale: string; build: (s: import('./clients.ts').Situation & { id: string }) => SpecialBuilt };
export const SPECIALS: Special[] = [];
