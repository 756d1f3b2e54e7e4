/** Who may do what, as the server has it: buttons that would only be refused are not shown. The server decides. */

import type { Account, Job, Role } from "../data/live";
import { isEnded } from "./words";

const ORDER: readonly Role[] = ["viewer", "requester", "operator", "admin"];

export function hasRole(account: Account | null, role: Role): boolean {
  return account !== null && !account.disabled && ORDER.indexOf(account.role) >= ORDER.indexOf(role);
}

export type JobAction = "cancel" | "retry" | "reorder";

/** Requesters may call off and retry their own jobs, operators any; only operators change the order. */
export function mayJob(account: Account | null, action: JobAction, job: Job): boolean {
  const isTheirs = hasRole(account, "requester") && job.asked_by === account?.name;
  if (!isTheirs && !hasRole(account, "operator")) return false;
  if (action === "reorder") return hasRole(account, "operator") && job.state === "queued";
  return action === "retry" ? isEnded(job) : !isEnded(job);
}

/** Roles in words. */
export const ROLES: Record<Role, string> = {
  viewer: "looks at everything but accounts and the audit log",
  requester: "asks for jobs, and calls off and retries its own",
  operator: "calls off, retries and reorders any job, and pauses machines",
  admin: "may do everything, also projects, accounts, tokens and the audit log",
};
