//! The agent against a made-up server: every step of a job in the real sandbox, and every way to be disturbed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "agent/bench.rs"]
mod bench;
#[path = "agent/engine.rs"]
mod engine;
#[path = "agent/environments.rs"]
mod environments;
#[path = "agent/server.rs"]
mod server;
mod support;

use bench::{Bench, PROJECT, why_not};
use kymo_model::watch::{JobEnd, Step};
use kymo_model::{Outcome, Run, RunState};
use server::{Fault, Server};
use std::io::Write;

/// Ends the test where there is no sandbox, and says so.
macro_rules! sandbox_or_skip {
    () => {
        if let Some(why) = why_not() {
            eprintln!("{why}");
            return;
        }
    };
}

/// The project with measurements that take no time.
fn quick() -> String {
    PROJECT.replace("mock[sleep=0.2]", "mock").replace("other,sleep=0.2", "other")
}

/// That exactly one result arrived, with every round of every variant measured once.
fn arrived_once(server: &Server, bench: &Bench) -> Run {
    let state = server.state();
    assert_eq!(state.ends.iter().map(|(_, end)| end.clone()).collect::<Vec<_>>(), [JobEnd::Measured], "{}", state.log);
    assert_eq!(state.filed.len(), 1);
    let run = state.filed[0].clone();
    let filed = run.filed.clone().unwrap();
    assert_eq!((filed.project.as_str(), filed.commit.hash.as_str()), ("sample", bench.commit.as_str()));
    assert_eq!((run.state, run.plan.variants.len()), (RunState::Finished, 2));
    let mut rounds: Vec<(u32, u32)> = run
        .invocations
        .iter()
        .filter(|one| one.round > 0)
        .inspect(|one| assert_eq!(one.outcome, Outcome::Measured))
        .map(|one| (one.round, one.variant))
        .collect();
    rounds.sort_unstable();
    let all: Vec<(u32, u32)> = (1..=10).flat_map(|round| [(round, 0), (round, 1)]).collect();
    assert_eq!(rounds, all, "{}", state.log);
    run
}

#[test]
fn a_job_goes_through_all_steps() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(&quick()), Server::start());
    server.add(&bench.commit, &bench.policy());
    let ran = bench.run(&server, &["--once"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let run = arrived_once(&server, &bench);
    let state = server.state();
    let report = &state.wishes[0].report;
    assert_eq!(run.machine, report.machine, "the machine is the one outside of the sandbox");
    let commit = run.filed.unwrap().commit;
    assert_eq!((commit.title.as_str(), commit.author.as_str()), ("the sample", "A Tester"));
    assert!(commit.tree.is_some() && commit.committed_unix_s == Some(1_793_534_400), "{commit:?}");
    let (request, _) = state.ended.values().next().unwrap();
    assert_eq!(request.commit.as_ref(), Some(&commit));
    assert!(request.environment.is_some());
    let steps: Vec<Step> = state.beats.iter().map(|beat| beat.progress.step).collect();
    // How many of them a heartbeat meets is a matter of time.
    assert!(steps.is_sorted() && !steps.is_empty(), "{steps:?}");
    for line in [
        "fetch: begins\n",
        "prepare: begins\n",
        "build: begins\n$ echo built",
        "built by 1000\n",
        "measure: begins\n",
        "the job ended: measured\n",
    ] {
        assert!(state.log.contains(line), "{line:?} is not in {}", state.log);
    }
    assert!(!state.log.contains(server::TOKEN));
    assert_eq!(bench.names("jobs"), Vec::<String>::new(), "nothing is in hand any more");
    assert_eq!(bench.names("ended"), ["1-reported"]);
}

/// A step has the disk that the file leaves it, and what the steps before wrote counts.
#[test]
fn a_step_has_the_disk_that_the_file_leaves_it() {
    sandbox_or_skip!();
    let built = r#"run = ["echo built by $(id -u) > built", "cat built"]"#;
    let build = |bytes: u32, more: &str| format!("run = [\"head -c {bytes} /dev/zero > big\"]\n{more}");
    let limit = |size: &str| format!("limits = {{ disk = \"{size}\" }}");
    let measure_limit = format!("phases = [\"execute\"]\n{}", limit("16MiB"));
    for (build, measure, end) in [
        (build(30_000_000, &limit("16MiB")), None, JobEnd::DiskFull { step: Step::Build }),
        (build(30_000_000, ""), Some(&measure_limit), JobEnd::DiskFull { step: Step::Measure }),
        (build(8_000_000, &limit("32MiB")), Some(&measure_limit), JobEnd::Measured),
    ] {
        let project = quick().replace(built, &build);
        let project = measure.map_or(project.clone(), |limit| project.replace("phases = [\"execute\"]", limit));
        let (bench, server) = (Bench::new(&project), Server::start());
        server.add(&bench.commit, &bench.policy());
        let ran = bench.run(&server, &["--once"]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let state = server.state();
        assert_eq!(
            state.ends.iter().map(|(_, end)| end).collect::<Vec<_>>(),
            [&end],
            "{project}\n{}\n{ran:#?}",
            state.log
        );
    }
}

/// Faults of every sort, at each request: whatever the agent asks, it is asked again until it is answered.
#[test]
fn faults_at_every_request_change_nothing() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(&quick()), Server::start());
    server.add(&bench.commit, &bench.policy());
    let faults = [
        Fault::Dropped,
        Fault::Unanswered,
        Fault::Status(500),
        Fault::Half,
        Fault::Status(503),
        Fault::Garbage,
        Fault::Status(429),
        // The last: it is answered, so that the request is through.
        Fault::Slow,
    ];
    // Each kind of request meets all of them, one after the other.
    server.state().faults = faults.to_vec();
    let mut running = bench.start(&server, &[]);
    running.until(|| !server.state().ends.is_empty() && bench.names("jobs").is_empty());
    running.signal("TERM");
    assert_eq!(running.finish().code, Some(0));
    arrived_once(&server, &bench);
    let kinds = server.state().kinds.clone();
    for kind in ["lease", "heartbeat", "state", "put", "end"] {
        assert!(kinds[kind] >= faults.len(), "{kind}: {kinds:?}");
    }
}

/// Kill -9 of the agent at every step: the next one goes on, and the result arrives exactly once.
#[test]
fn killed_at_any_point_the_job_goes_on() {
    sandbox_or_skip!();
    let points = [
        "lease.granted",
        "job.saved",
        "fetch.begin",
        "fetch.done",
        "prepare.done",
        "build.begin",
        "measure.begin",
        "measure.running:2",
        "measure.spooled",
        "report.begin",
        "report.uploaded",
        "report.answered",
    ];
    let quick = quick();
    for point in points {
        let project = if point.starts_with("measure.running") { PROJECT } else { &quick };
        let (bench, server) = (Bench::new(project), Server::start());
        server.add(&bench.commit, &bench.policy());
        let ran = bench.run(&server, &["--once", "--die-at", point]);
        assert_eq!(ran.code, None, "{point}: it was killed: {ran:#?}");
        let ends = server.state().ends.len();
        assert_eq!(ends, usize::from(point == "report.answered"), "{point}");
        if point == "lease.granted" {
            // Nothing is known of it here: its lease expires, and the queue has it again.
            let mut state = server.state();
            let (order, _) = state.out.take().unwrap();
            state.queue.push(order);
        }
        let ran = bench.run(&server, &["--once"]);
        assert_eq!(ran.code, Some(0), "{point}: {ran:#?}");
        let run = arrived_once(&server, &bench);
        let log = server.state().log.clone();
        if point.starts_with("measure.running") {
            let goes_on = format!("fib: the run {} goes on", run.id);
            assert!(log.contains(&goes_on), "{point}: {goes_on} is not in {log}");
        }
        // What was built before the measurement is not built again, and half a build never goes on.
        assert_eq!(log.matches("built by 1000\n").count(), 1, "{point}: {log}");
        assert_eq!(bench.names("jobs"), Vec::<String>::new(), "{point}");
    }
}

/// A signal ends the agent after the invocation in progress; what was measured is not measured again.
#[test]
fn a_signal_ends_it_and_it_goes_on() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    server.add(&bench.commit, &bench.policy());
    let mut running = bench.start(&server, &[]);
    running.until(|| server.state().beats.iter().any(|beat| beat.progress.text.contains("round ")));
    running.signal("TERM");
    let ran = running.finish();
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("goes on when it starts again"), "{ran:#?}");
    assert!(server.state().ends.is_empty());
    assert_eq!(bench.run(&server, &["--once"]).code, Some(0));
    let run = arrived_once(&server, &bench);
    assert!(server.state().log.contains(&format!("the run {} goes on", run.id)));
}

/// The server goes away while something is measured, and comes back after the agent was restarted.
#[test]
fn a_server_that_is_away_loses_nothing() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    server.add(&bench.commit, &bench.policy());
    let mut running = bench.start(&server, &[]);
    running.until(|| server.state().beats.iter().any(|beat| beat.progress.step == Step::Measure));
    let (address, state) = server.away();
    // It measures to the end by itself.
    running.until(|| {
        std::fs::read_to_string(bench.home.path("agent/jobs/1/job.json")).is_ok_and(|text| text.contains("\"end\": {"))
    });
    running.signal("TERM");
    assert_eq!(running.finish().code, Some(0));
    let server = Server::on(address, state);
    assert!(server.state().ends.is_empty());
    assert_eq!(bench.run(&server, &["--once"]).code, Some(0));
    arrived_once(&server, &bench);
}

/// Results are reported under the lease that others took meanwhile: they are dropped, and nothing is filed twice.
#[test]
fn a_job_that_others_have_is_dropped() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    server.add(&bench.commit, &bench.policy());
    let mut running = bench.start(&server, &[]);
    running.until(|| server.state().beats.iter().any(|beat| beat.progress.step == Step::Measure));
    server.state().out = None;
    running.until(|| bench.names("ended") == ["1-gone"]);
    running.signal("TERM");
    let ran = running.finish();
    assert!(ran.stderr.contains("job 1 is dropped"), "{ran:#?}");
    assert!(server.state().filed.is_empty() && bench.names("jobs").is_empty());
}

#[test]
fn a_job_that_is_called_off_ends() {
    sandbox_or_skip!();
    let bench = Bench::new(&PROJECT.replace("cat built", "echo waits; sleep 1000"));
    let server = Server::start();
    server.add(&bench.commit, &bench.policy());
    let mut running = bench.start(&server, &["--once"]);
    running.until(|| server.state().log.contains("waits"));
    server.state().cancelled = true;
    running.until(|| !server.state().ends.is_empty());
    assert_eq!(running.finish().code, Some(0));
    assert_eq!(server.state().ends[0].1, JobEnd::Cancelled);
}

/// What a project does wrong is its job's end, and nothing of the machine's.
#[test]
fn what_a_project_does_wrong_is_its_end() {
    sandbox_or_skip!();
    let failed = |step: Step, message: &str| JobEnd::Failed { step, message: message.to_owned() };
    let build = |line: &str| PROJECT.replace("cat built", line);
    let cases = [
        (build("echo no rule >&2; exit 3"), failed(Step::Build, "echo no rule >&2; exit 3: exit code 3: no rule")),
        (build("printf '\\\\033]0;owned\\\\007<b>x</b>\\\\n' >&2; false"), failed(Step::Build, "")),
        (build("head -c 100000000 /dev/zero > big"), JobEnd::DiskFull { step: Step::Build }),
        (build("yes"), JobEnd::TooMuchOutput { step: Step::Build }),
        (
            build("sleep 1000").replace("[build]\n", "[build]\nlimits = { wall_time = \"1s\" }\n"),
            JobEnd::TimedOut { step: Step::Build },
        ),
        (
            PROJECT.replace("\"sample\"", "\"other\""),
            failed(Step::Fetch, "kymo.toml is of the project other, and this job is of sample"),
        ),
        (PROJECT.replace("rounds = 10", "rounds = ten"), failed(Step::Fetch, "")),
        (PROJECT.replace("fib.wasm", "none.wasm"), failed(Step::Measure, "")),
        (PROJECT.replace("\"cat built\"", "\"a\\u0000b\""), failed(Step::Build, "")),
        (
            PROJECT.replace("[tiers.smoke]", "[tiers.nightly]"),
            failed(Step::Fetch, "kymo.toml has no tier 'smoke'; it has nightly, full"),
        ),
    ];
    for (project, wanted) in cases {
        let (bench, server) = (Bench::new(&project), Server::start());
        server.add(&bench.commit, &bench.policy());
        let ran = bench.run(&server, &["--once"]);
        let state = server.state();
        let Some((_, end)) = state.ends.first() else { panic!("no end: {ran:#?} {}", state.log) };
        match (end, &wanted) {
            (JobEnd::Failed { step, message }, JobEnd::Failed { step: other, message: words }) => {
                assert_eq!(step, other, "{message}");
                assert!(words.is_empty() || message == words, "{message}");
                assert!(!message.is_empty() && !message.chars().any(char::is_control), "{message:?}");
            }
            (end, wanted) => assert_eq!(end, wanted, "{}", state.log),
        }
        assert!(state.log.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()), "{:?}", state.log);
        assert!(!ran.stderr.contains("takes no jobs"), "{ran:#?}");
    }
}

/// A remote that agent.toml does not name is not fetched from, whatever the server says.
#[test]
fn a_remote_that_is_not_allowed_is_not_fetched_from() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    let mut policy = bench.policy();
    policy.remote = "file:///etc".into();
    server.add(&bench.commit, &policy);
    bench.run(&server, &["--once"]);
    let message = "the remote file:///etc is not among `remotes` of this machine's agent.toml".to_owned();
    assert_eq!(server.state().ends[0].1, JobEnd::Failed { step: Step::Fetch, message });
}

/// Projects that are no engine: results that an importer reads, and a command that is timed as a whole.
#[test]
fn commands_are_measured() {
    sandbox_or_skip!();
    const COMMANDS: &str = r#"version = 1
project = "sample"

[[measure]]
name = "lines"
command = "echo 'test parse ... bench:         412 ns/iter (+/- 21)'"
import = "libtest"

[[measure]]
name = "whole"
command = "echo \"it's {args} $((6 * 7))\""

[tiers.smoke]
rounds = 3
"#;
    let (bench, server) = (Bench::new(COMMANDS), Server::start());
    server.add(&bench.commit, &bench.policy());
    let ran = bench.run(&server, &["--once"]);
    let state = server.state();
    assert_eq!(state.ends[0].1, JobEnd::Measured, "{ran:#?} {}", state.log);
    let names: Vec<(String, String)> = state
        .filed
        .iter()
        .map(|run| (run.plan.benchmarks[0].name.to_string(), run.plan.variants[0].name.clone()))
        .collect();
    assert_eq!(names[0].0, "parse", "{names:?}");
    assert_eq!((names[1].0.as_str(), names[1].1.as_str()), ("sample/whole", "exec:sh -e whole.sh"));
    assert!(state.filed[1].invocations.iter().all(|one| one.outcome == Outcome::Measured), "{}", state.log);
}

/// The disk is full when results are to be written: they wait in the workspace until there is room.
#[test]
fn a_full_disk_keeps_what_was_measured() {
    sandbox_or_skip!();
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    let folder = bench.home.path("agent");
    std::fs::create_dir(&folder).unwrap();
    let mut mount = std::process::Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=384m,mode=711", "none"]).arg(&folder);
    if !mount.status().unwrap().success() {
        eprintln!("skipped: no tmpfs can be mounted here");
        return;
    }
    server.add(&bench.commit, &bench.policy());
    let mut running = bench.start(&server, &["--once"]);
    running.until(|| server.state().beats.iter().any(|beat| beat.progress.text.contains("round ")));
    let filler = folder.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 1 << 16]).is_ok() {}
    while file.write_all(&[1; 64]).is_ok() {}
    let full = "the disk is full: what was measured waits to be written";
    running.until(|| server.state().beats.iter().any(|beat| beat.report.paused_because.iter().any(|why| why == full)));
    assert!(server.state().ends.is_empty());
    // Its room is free again once nobody has it open.
    drop(file);
    std::fs::remove_file(filler).unwrap();
    running.until(|| !server.state().ends.is_empty());
    let ran = running.finish();
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    arrived_once(&server, &bench);
    let unmounted = std::process::Command::new("umount").arg(&folder).status().unwrap();
    assert!(unmounted.success());
}

#[test]
fn two_agents_never_work_in_one_folder() {
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    let mut first = bench.start(&server, &[]);
    first.until(|| !server.state().wishes.is_empty());
    let second = bench.run(&server, &["--once"]);
    assert_eq!(second.code, Some(2), "{second:#?}");
    assert!(second.stderr.contains("another agent works in "), "{second:#?}");
    first.signal("TERM");
    assert_eq!(first.finish().code, Some(0));
}

#[test]
fn a_token_that_is_not_good_ends_the_agent_and_says_so() {
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    bench.home.write("token", "kymoagent_other_1");
    let ran = bench.run(&server, &["--once"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("the server answers 401: Unauthorized: the token was revoked"), "{ran:#?}");
    assert!(ran.stderr.contains("kymo token add --machine"), "{ran:#?}");
}

/// A machine that is not fit takes no jobs and says why, to people and to the server.
#[test]
fn a_machine_that_is_not_fit_pauses() {
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    bench.settings("[disk]\nlow = \"900000GiB\"\n[hygiene]\nrequire = [\"control groups\"]\n");
    server.add(&bench.commit, &bench.policy());
    let ran = bench.run(&server, &["--once"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains("takes no jobs: low disk: "), "{ran:#?}");
    let state = server.state();
    assert!(state.wishes[0].report.paused_because.iter().any(|line| line.starts_with("low disk: ")));
    assert_eq!((state.queue.len(), state.leases), (1, 0), "the job waits as before");
}

#[test]
fn what_is_typed_wrong_is_told() {
    let (bench, server) = (Bench::new(PROJECT), Server::start());
    let told = |more: &[&str]| {
        let ran = bench.run(&server, more);
        (ran.code, ran.stderr.lines().next().unwrap_or_default().to_owned())
    };
    bench.settings("[hygiene]\nrequire = [\"govenor\"]\n");
    let (code, line) = told(&[]);
    assert_eq!(code, Some(2), "{line}");
    assert!(line.contains("hygiene.require: there is no check 'govenor'"), "{line}");
    bench.home.write("agent.toml", "cpu = 3\n");
    let (code, line) = told(&[]);
    assert_eq!(code, Some(2), "{line}");
    assert!(line.contains("--config agent.toml: line 1: unknown field `cpu`"), "{line}");
    std::fs::set_permissions(bench.home.path("token"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    bench.settings("");
    let (code, line) = told(&[]);
    assert_eq!(code, Some(2), "{line}");
    assert!(line.contains("others may read it (mode 644); chmod 600 it"), "{line}");
}
