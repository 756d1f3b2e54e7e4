//! The agent: runs on a benchmark machine, asks the server for jobs, carries them out in a sandbox, and reports.
