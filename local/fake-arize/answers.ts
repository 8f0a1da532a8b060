import type { Person } from "./people.ts";
import type { World } from "./world.ts";

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a string as HTML. */
  body?: object | string;
}

const problems: Record<number, [title: string, anchor: string]> = {
  400: ["Invalid request parameters", "invalid-request"],
  401: ["Authentication required", "authentication-required"],
  403: ["Access forbidden", "access-forbidden"],
  404: ["Resource not found", "resource-not-found"],
  409: ["Resource conflict", "resource-conflict"],
  422: ["Unprocessable Entity", "unprocessable-entity"],
  429: ["Rate limit exceeded", "rate-limit-exceeded"],
  503: ["Service Unavailable", "service-unavailable"],
};

/** An answer that is a problem, thrown from wherever it is noticed. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }

  /** As RFC 9457 says, with the titles and anchors of the service. */
  answer(): Answer {
    const [title, anchor] = problems[this.status] ?? ["Internal Server Error", "internal-server-error"];
    const type = `https://arize.com/docs/ax/rest-reference/errors#${anchor}`;
    const headers = { "content-type": "application/problem+json", ...this.headers };
    return { status: this.status, headers, body: { status: this.status, title, type, detail: this.message } };
  }
}

/** A person as the API shows them, the enum values spelled as the settings say. */
export function wireUser(person: Person, world: World) {
  const { id, email, name, isDeveloper, createdAt } = person;
  return {
    id,
    name,
    email,
    created_at: new Date(createdAt).toISOString(),
    status: spelled(world.status(person), world),
    role: wireRole(person.role, world),
    is_developer: isDeveloper,
  };
}

function wireRole(role: Person["role"], world: World) {
  const type = spelled(role.type, world);
  if (role.type === "predefined") return { type, name: spelled(role.name, world) };
  return { type, id: role.id, name: world.settings.customRoles.find(({ id }) => id === role.id)?.name };
}

export function spelled(word: string, world: World): string {
  return world.settings.enumCase === "upper" ? word.toUpperCase() : word;
}
