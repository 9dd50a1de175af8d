import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { fieldSecrets } from '../../support/demo/secrets.ts';
import type { Origin } from '../origin.ts';
import { Refusal } from './ledger.ts';

/** The query of a request. */
export function queryOf({ originalUrl }: Request): URLSearchParams {
  return new URL(originalUrl, 'http://server.invalid').searchParams;
}

/** An endpoint that takes a form. What it throws goes to {@link refuseWith}. */
export function formEndpoint(
  { journal }: Origin,
  answer: (form: URLSearchParams, response: Response, request: Request) => void,
): RequestHandler[] {
  return [
    express.urlencoded(),
    (request, response) => {
      const fields: Readonly<Record<string, string>> = request.body ?? {};
      journal.addSecrets(fieldSecrets(fields));
      answer(new URLSearchParams(fields), response, request);
    },
  ];
}

/** An endpoint that takes JSON. What it throws goes to {@link refuseWith}. */
export function jsonEndpoint(
  answer: (body: Readonly<Record<string, unknown>>, response: Response) => void,
): RequestHandler[] {
  return [express.json(), (request, response) => answer(request.body ?? {}, response)];
}

/** Answers whatever refusal an endpoint has thrown. To be used after all endpoints. */
export function refuseWith(say: (refusal: Refusal, response: Response) => void): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (error instanceof Refusal) {
      say(error, response.status(error.status));
    } else {
      next(error);
    }
  };
}

/** A refusal as RFC 6749, section 5.2, has it. */
export function refuseInJson({ error, message }: Refusal, response: Response): void {
  response.json({ error, error_description: message });
}

/** Sends the browser back to the client. */
export function sendBack(
  response: Response,
  redirectUri: string,
  parameters: Readonly<Record<string, string>>,
): void {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) {
    target.searchParams.set(name, value);
  }
  response.redirect(target.href);
}
