import type * as z from "zod/mini";
import { InvalidArgument } from "../http/errors.ts";
import { badAnswer, failedAnswer, parseJson } from "../http/problem.ts";
import {
  type ApiRequest,
  type ApiResponse,
  type CallOptions,
  Transport,
  type TransportOptions,
} from "../http/transport.ts";

/** A request. It changes nothing at the provider but for subscriptions; some want a `POST` for a question. */
export interface Question extends CallOptions {
  /** `GET` unless given, with a body `POST`. */
  method?: ApiRequest["method"];
  /** The path template, for messages: never with an id in it. */
  path: string;
  /** The path with its ids and query, encoded. */
  target: string;
  body?: unknown;
}

export interface Answer<T> {
  value: T;
  headers: ApiResponse["headers"];
}

export interface DirectoryClientOptions extends TransportOptions {
  /**
   * Whether a 404 is the provider's own word that somebody is not there. People are removed because of it, and gateways
   * answer 404 too.
   */
  isGone: (response: ApiResponse) => boolean;
}

/** Reads JSON from one origin and no other: redirects are not followed, links to elsewhere are errors. */
export class DirectoryClient {
  readonly #transport: Transport;
  readonly #origin: string;
  readonly #isGone: (response: ApiResponse) => boolean;

  /** @throws InvalidArgument when the base URL is not usable */
  constructor({ isGone, ...options }: DirectoryClientOptions) {
    this.#transport = new Transport(options);
    this.#origin = new URL(options.baseUrl).origin;
    this.#isGone = isGone;
  }

  /** @throws ApiException; of kind `server` for an answer that cannot be read */
  async read<T>(schema: z.ZodMiniType<T>, question: Question): Promise<Answer<T>> {
    const request = requestOf(question);
    return this.#answer(schema, request, await this.#transport.send(request));
  }

  /** The same, but `undefined` for somebody or something that is not there. */
  async find<T>(schema: z.ZodMiniType<T>, question: Question): Promise<T | undefined> {
    const request = requestOf(question);
    const response = await this.#transport.send(request);
    if (response.status !== 404) return this.#answer(schema, request, response).value;
    if (this.#isGone(response)) return undefined;
    throw badAnswer(request, response, "unexplained_404", "A 404 that is not the provider's own");
  }

  /** The target of a link to a next page. @throws ApiException when it leads elsewhere */
  follow(link: string, question: Question): string {
    const url = URL.parse(link, this.#origin);
    if (url !== null && url.origin === this.#origin) return url.pathname + url.search;
    throw badAnswer(requestOf(question), noResponse, "foreign_link", "The link to the next page leads elsewhere");
  }

  #answer<T>(schema: z.ZodMiniType<T>, request: ApiRequest, response: ApiResponse): Answer<T> {
    if (response.status < 200 || response.status > 299) throw failedAnswer(request, response);
    const result = schema.safeParse(parseJson(response.body));
    if (!result.success) throw badAnswer(request, response, "unreadable_answer", "Answer cannot be read");
    return { value: result.data, headers: response.headers };
  }
}

const noResponse: ApiResponse = { status: 200, headers: {}, body: "" };

function requestOf(question: Question): ApiRequest {
  return { method: question.body === undefined ? "GET" : "POST", ...question };
}

/** An id as one segment of a path. @throws InvalidArgument for those that would lead to another path */
export function segment(id: string): string {
  if (id === "" || id === "." || id === "..")
    throw new InvalidArgument("externalId", "externalId: not usable in a path");
  return encodeURIComponent(id);
}

/** Whether a body is a JSON object, as a provider's explanation of a 404 is and a gateway's page is not. */
export function isExplained({ body }: ApiResponse): boolean {
  const explanation = parseJson(body);
  return typeof explanation === "object" && explanation !== null;
}
