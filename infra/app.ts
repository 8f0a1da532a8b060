import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { parseConfig } from "../lib/config.ts";
import config from "../lifecycle.config.ts";
import { LifecycleStack } from "./lifecycle-stack.ts";
import { readSettings, stackNameOf } from "./settings.ts";

/** What `cdk` runs: checks the configuration and the context, and makes the stack of one stage. */
const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const settings = readSettings(app.node);
new LifecycleStack(app, stackNameOf(settings), {
  description: "Joiners, movers and leavers, applied to Arize AX",
  config: parseConfig(config),
  settings,
});
