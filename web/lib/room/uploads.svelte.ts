/** Files on their way into a comment: each with its progress, or with what went wrong. */
import type { FileFact } from '#core/discussion.ts';
import type { Refusal } from '#core/refusal.ts';
import { say } from '$lib/words/say.ts';
import * as m from '#messages';

export class Upload {
  /** 0 to 1. */
  progress = $state(0);
  fact = $state.raw<FileFact | null>(null);
  wrong = $state('');
  readonly file: File;
  readonly #address: string;
  #request: XMLHttpRequest | null = null;

  readonly #done: ((fact: FileFact) => void) | undefined;

  constructor(file: File, address: string, done?: (fact: FileFact) => void) {
    this.#done = done;
    this.file = file;
    this.#address = address;
    this.start();
  }

  /** By XMLHttpRequest: fetch does not tell how much has gone up. */
  start(): void {
    this.wrong = '';
    this.progress = 0;
    const request = new XMLHttpRequest();
    this.#request = request;
    request.open('POST', this.#address);
    request.setRequestHeader('content-type', this.file.type || 'application/octet-stream');
    request.setRequestHeader('x-file-name', encodeURIComponent(this.file.name || 'file'));
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => (this.progress = total ? loaded / total : 0);
    request.onerror = () => (this.wrong = m.upload_failed());
    request.onload = () => {
      const answer = request.response as (FileFact & { error?: Refusal }) | null;
      if (request.status === 201 && answer) {
        this.fact = answer;
        this.#done?.(answer);
      } else this.wrong = answer?.error ? say(answer.error) : m.upload_failed();
    };
    request.send(this.file);
  }

  stop(): void {
    this.#request?.abort();
  }
}
