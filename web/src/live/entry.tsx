/** All that is loaded only where a live server answers. */

import type { JSX } from "preact";
import type { Route } from "../route/params";
import { JobPage } from "./job-page";
import { LoginPage } from "./login-page";
import { QueuePage } from "./queue-page";

export { Who } from "./login-page";
export { MachineNow, MachinesNow } from "./machines";

export function LivePage({ route }: { route: Route }): JSX.Element {
  switch (route.page) {
    case "job":
      return <JobPage key={route.argument} id={route.argument ?? ""} />;
    case "login":
      return <LoginPage params={route.params} />;
    default:
      return <QueuePage params={route.params} />;
  }
}
