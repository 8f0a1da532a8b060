import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { LifecycleStack } from "../../infra/lifecycle-stack.ts";
import { readSettings, stackNameOf } from "../../infra/settings.ts";
import type { LifecycleConfigInput } from "../../lib/config.ts";
import { parseConfig } from "../../lib/config.ts";
import { minimalConfig } from "./events.ts";

// CDK's own rules take seconds, and `test/infra/app.test.ts` has them run.
process.env.CDK_VALIDATION = "false";

/** The CloudFormation template of a stage, without bundling its functions. @param context what `-c` would say */
export function templateOf(context: Record<string, string> = {}, config: Partial<LifecycleConfigInput> = {}): Template {
  const app = new App({
    context: { ...context, "aws:cdk:bundling-stacks": [] },
  });
  const settings = readSettings(app.node);
  const both = minimalConfig({ sources: { okta: { everyone: true }, standard: {} }, ...config });
  return Template.fromStack(new LifecycleStack(app, stackNameOf(settings), { settings, config: parseConfig(both) }));
}

type Properties = Record<string, unknown>;

/** The resources of a type by their logical ids. */
export function resourcesOf(template: Template, type: string): Map<string, { Properties: Properties }> {
  return new Map(Object.entries(template.findResources(type)).map(([id, resource]) => [id, Object(resource)]));
}

/** The properties of the one resource of a type whose logical id starts so. @throws Error when there is not just one */
export function propertiesOf(template: Template, type: string, prefix: string): Properties {
  const found = [...resourcesOf(template, type)].filter(([id]) => id.startsWith(prefix));
  const [only, ...more] = found;
  if (only === undefined || more.length > 0) throw new Error(`${found.length} ${type} start with ${prefix}`);
  return only[1].Properties;
}
