//! Any run comes back bit for bit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::*;
use kymo_store::Store;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use proptest::{option, sample};
use std::cell::RefCell;
use support::Place;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z/:=-]{0,12}", any::<String>()]
}

fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("JSON has no other", |value| value.is_finite())
}

/// Samples as machines give them, and any bits at all.
fn values() -> impl Strategy<Value = Vec<Value>> {
    prop_oneof![
        vec(any::<u64>().prop_map(f64::from_bits), 0..8),
        vec((0_u64..1 << 53).prop_map(|count| count as f64), 0..8),
        vec((0_u64..1 << 53).prop_map(|nanos| Seconds::from_nanos(nanos).get()), 0..400),
        vec((0_u64..10_000_000_000).prop_map(|nanos| nanos as f64 / 1e9), 0..8),
        vec(finite(), 300..400),
    ]
    .prop_map(|values| values.into_iter().map(Value::new).collect())
}

fn hash() -> impl Strategy<Value = ModuleHash> {
    any::<[u8; 32]>().prop_map(ModuleHash::from_bytes)
}

fn share() -> impl Strategy<Value = Share> {
    finite().prop_map(Share::new)
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Measured),
        text().prop_map(|feature| Outcome::Unsupported { feature }),
        text().prop_map(|message| Outcome::Trapped { message }),
        (text(), text()).prop_map(|(signal, message)| Outcome::Crashed { signal, message }),
    ]
}

fn samples() -> impl Strategy<Value = Samples> {
    (sample::select(&Phase::ALL[..]), sample::select(&Metric::ALL[..]), any::<u32>(), values())
        .prop_map(|(phase, metric, warmup, values)| Samples { phase, metric, warmup, values })
}

fn verification() -> impl Strategy<Value = Verification> {
    (any::<i32>(), hash(), any::<u64>(), option::of(text())).prop_map(|(exit_code, stdout_sha256, bytes, result)| {
        Verification { exit_code, stdout_sha256, stdout_bytes: Bytes::new(bytes), result }
    })
}

fn invocation() -> impl Strategy<Value = Invocation> {
    let numbers = (any::<u64>(), any::<u64>(), option::of(any::<u64>()), any::<u32>());
    let texts = (btree_map(text(), text(), 0..3), vec(text(), 0..3));
    let about = (option::of(hash()), option::of(sample::select(&Metric::ALL[..])), option::of(verification()));
    ((0_u32..3, 0_u32..2), numbers, outcome(), vec(samples(), 0..4), about, texts).prop_map(
        |((benchmark, variant), (start, duration, steal, round), outcome, samples, about, (settings, notes))| {
            let (code_sha256, counting, verification) = about;
            Invocation {
                benchmark,
                variant,
                round,
                sequence: 0,
                start: Seconds::new(f64::from_bits(start)),
                duration: Seconds::new(f64::from_bits(duration)),
                outcome,
                samples,
                verification,
                settings,
                notes,
                code_sha256,
                counting,
                steal: steal.map(|bits| Share::new(f64::from_bits(bits))),
            }
        },
    )
}

fn reference() -> impl Strategy<Value = Reference> {
    let kind = sample::select(vec![PublishedOf::RunTime, PublishedOf::ModuleSize]);
    let figure = (kind, finite(), option::of(text()), text()).prop_map(|(of, ratio, label, source)| Published {
        of,
        ratio: Ratio::new(ratio),
        label,
        source,
    });
    let baseline = (text(), any::<u64>()).prop_map(|(name, bytes)| SizeBaseline {
        benchmark: BenchmarkName::new(name),
        module_bytes: Bytes::new(bytes),
    });
    (text(), option::of(baseline), vec(figure, 0..3)).prop_map(|(base, size_baseline, published)| Reference {
        base,
        size_baseline,
        published,
    })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    (finite(), option::of(finite()), option::of(share()), option::of(any::<u64>()), vec((text(), share()), 0..3))
        .prop_map(|(over, number, share, throttle_events, busiest_others)| Conditions {
            over: Seconds::new(over),
            load_1m: number,
            cpu_pressure: share,
            memory_pressure: None,
            io_pressure: share,
            steal: share,
            others_cpu: share,
            frequency_mhz_min: None,
            frequency_mhz_max: number,
            throttle_events,
            busiest_others,
        })
}

fn stop() -> impl Strategy<Value = StopRule> {
    prop_oneof![
        any::<u32>().prop_map(|rounds| StopRule::Rounds { rounds }),
        (finite(), option::of(finite()), any::<u32>()).prop_map(|(margin, budget, rounds_max)| StopRule::Precision {
            margin: Ratio::new(margin),
            budget: budget.map(Seconds::new),
            rounds_max,
        }),
    ]
}

fn imported() -> impl Strategy<Value = Imported> {
    let tools = [Tool::Sightglass, Tool::Hyperfine, Tool::Criterion, Tool::Libtest, Tool::Go, Tool::Load];
    let lacks = [Lack::Rounds, Lack::Machine, Lack::Modules, Lack::Processes, Lack::Samples, Lack::Unit, Lack::Time];
    (sample::select(tools.to_vec()), btree_set(sample::select(lacks.to_vec()), 0..4), vec(any::<u64>(), 0..3))
        .prop_map(|(from, lacks, processes)| Imported { from, lacks, processes })
}

prop_compose! {
    fn run()(
        template in Just(kymo_store::parse_document("run-1.json", include_str!("documents/run-1.json")).unwrap()),
        (id, label, created) in ("[0-9a-f-]{1,20}", option::of(text()), 0_u64..1 << 63),
        state in sample::select(&[RunState::Running, RunState::Finished, RunState::Interrupted][..]),
        (seed, stop, timeout, bytes) in (any::<u64>(), stop(), finite(), any::<u64>()),
        (text, requires) in (text(), btree_set(sample::select(Feature::ALL), 0..4)),
        closed in btree_map(any::<u32>(), sample::select(&[Close::Precise, Close::Budget, Close::Interrupted][..]), 0..3),
        conditions in option::of(conditions()),
        notes in vec(text(), 0..3),
        reference in option::of(reference()),
        imported in option::of(imported()),
        gaps in vec(1_u32..1000, 12),
        invocations in vec(invocation(), 0..12),
    ) -> Run {
        let mut run = template;
        run.id = RunId::new(id);
        run.label = label;
        run.created_unix_s = created;
        run.state = state;
        run.plan.seed = seed;
        run.plan.stop = stop;
        run.plan.timeout = Seconds::new(timeout);
        run.plan.memory_max = Bytes::new(bytes);
        run.plan.benchmarks.push(run.plan.benchmarks[0].clone());
        run.plan.benchmarks[0].args.push(text.clone());
        run.plan.benchmarks[0].requires = requires;
        run.plan.benchmarks[0].reference = reference;
        run.plan.variants[0].name = text.clone();
        run.machine.cpu_model = Some(text);
        run.closed = closed;
        run.conditions = conditions;
        run.notes = notes;
        run.imported = imported;
        run.invocations = invocations;
        let mut sequence = 0;
        for (invocation, gap) in run.invocations.iter_mut().zip(gaps) {
            sequence += gap;
            invocation.sequence = sequence;
        }
        run
    }
}

/// Every number of an invocation as bits: a NaN does not equal itself.
fn bits(invocation: &Invocation) -> Vec<u64> {
    let head = [invocation.start.get(), invocation.duration.get()];
    let steal = invocation.steal.map(Share::get);
    let samples = invocation.samples.iter().flat_map(|samples| &samples.values).map(|value| value.get());
    head.into_iter().chain(steal).chain(samples).map(f64::to_bits).collect()
}

fn without_numbers(mut run: Run) -> Run {
    for invocation in &mut run.invocations {
        invocation.start = Seconds::new(0.0);
        invocation.duration = Seconds::new(0.0);
        invocation.steal = invocation.steal.map(|_| Share::new(0.0));
        for samples in &mut invocation.samples {
            samples.values.fill(Value::new(0.0));
        }
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_run_comes_back(run in run(), split in 0_usize..12) {
        comes_back(&mut Place::sqlite().store(), &run, split)?;
    }
}

/// One database for all runs: a new one for each takes long, and a run leaves when it was looked at.
#[test]
fn any_run_comes_back_from_postgres() {
    let Some(place) = Place::postgres() else { return };
    let store = RefCell::new(place.store());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let done = runner.run(&(run(), 0_usize..12), |(run, split)| {
        let mut store = store.borrow_mut();
        comes_back(&mut store, &run, split)?;
        store.delete(&run.id).unwrap();
        Ok(())
    });
    done.unwrap();
}

fn comes_back(store: &mut Store, run: &Run, split: usize) -> Result<(), TestCaseError> {
    let split = split.min(run.invocations.len());
    let mut begun = run.clone();
    begun.invocations.truncate(split);
    begun.notes.clear();
    store.begin(&begun).unwrap();
    for invocation in &run.invocations[split..] {
        store.append(&run.id, invocation).unwrap();
    }
    store.finish(run).unwrap();
    let loaded = store.load(&run.id).unwrap();
    let all = |run: &Run| run.invocations.iter().map(bits).collect::<Vec<_>>();
    prop_assert_eq!(all(&loaded), all(run));
    prop_assert_eq!(without_numbers(loaded), without_numbers(run.clone()));
    store.insert(run).unwrap();
    let list = store.list().unwrap();
    prop_assert_eq!(list.len(), 1);
    prop_assert_eq!(list[0].invocations as usize, run.invocations.len());
    // What was imported without rounds has none, and comes in one piece: that is the importer's test.
    if !run.lacks(Lack::Rounds) {
        // What was counted apart from the rounds is numbered, too, but in no round.
        let in_rounds = run.invocations.iter().filter(|one| one.counting.is_none());
        prop_assert_eq!(list[0].rounds, in_rounds.map(|one| one.round).max().unwrap_or(0));
    }
    Ok(())
}
