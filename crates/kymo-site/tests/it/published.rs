//! What is published is whole, the same again, and cleaned of what nobody needs.

use crate::altered::Altered;
use kymo_site::app::App;
use kymo_site::publish::{Age, HEAD};
use kymo_site::read::Site;
use kymo_site::synthetic::Synthetic;
use kymo_site::{Options, PointSet, PublishError, Published, Source, prune, publish};
use std::collections::BTreeMap;
use std::path::Path;

pub fn options() -> Options {
    Options {
        app: None,
        url: None,
        samples: 2,
        full: false,
        kymo: "0.0.0 (test)".to_owned(),
        now_unix_s: 1_795_345_200,
    }
}

pub fn published(source: &dyn Source, root: &Path) -> Published {
    publish(source, root, &options()).unwrap()
}

/// All files of a folder with their contents; those that begin with a dot are nobody's.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &format!("{name}/"), found);
            } else if !entry.file_name().to_string_lossy().starts_with('.') {
                found.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(root, "", &mut found);
    found
}

#[test]
fn a_site_has_every_point_of_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let source = Synthetic::new(300, 600);
    let done = published(&source, folder.path());
    let site = Site::open(folder.path()).unwrap();
    let checked = site.check().unwrap();
    assert_eq!(checked.series, 300);
    assert_eq!(checked.points, done.points);
    let series = source.series().unwrap();
    for number in [0, 17, 64, 211, 299] {
        let names = site.catalog.names(number).unwrap();
        let wanted = series.iter().find(|one| {
            let same = (one.benchmark.as_str(), one.variant.as_str()) == (names.benchmark, names.variant);
            let place = (one.machine.as_str(), one.phase.as_str()) == (names.machine, names.phase);
            same && place && one.metric.name == names.metric.name
        });
        let wanted = wanted.unwrap();
        let set: PointSet = source.points(&[wanted.id], 0..600).unwrap();
        let measured = set.of(wanted.id).unwrap();
        let tracks = site.tracks(number).unwrap();
        let got: Vec<_> = tracks.iter().flat_map(|track| &track.points).collect();
        assert_eq!(got.len(), measured.points.len());
        for (got, want) in got.iter().zip(&measured.points) {
            assert_eq!(got.position, want.position);
            let tolerance = want.interval.map_or(0.0, |(low, high)| (high - low) / 20.0);
            assert!((got.value - want.value).abs() <= tolerance, "{got:?} {want:?}");
        }
        let failed: usize = tracks.iter().map(|track| track.failures.len()).sum();
        assert_eq!(failed, measured.failures.len());
        let newest = measured.points.last().unwrap();
        assert_eq!(site.latest.position[number], Some(newest.position));
        assert!((site.latest.value[number].unwrap() / newest.value - 1.0).abs() < 1e-3);
    }
}

#[test]
fn the_same_history_gives_the_same_bytes_and_no_writing_again() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = Synthetic::new(150, 300);
    published(&source, one.path());
    published(&source, two.path());
    assert!(files(one.path()) == files(two.path()));
    let again = published(&source, one.path());
    assert_eq!((again.files_written, again.bytes_written, again.full), (0, 0, false));
}

#[test]
fn an_empty_history_is_a_site() {
    let folder = tempfile::tempdir().unwrap();
    let done = published(&Synthetic::new(0, 0), folder.path());
    assert_eq!((done.series, done.points), (0, 0));
    let site = Site::open(folder.path()).unwrap();
    assert_eq!(site.check().unwrap().points, 0);
    assert!(site.head.incidents.is_empty() && site.head.runs.is_empty());
}

#[test]
fn one_point_is_a_site() {
    let folder = tempfile::tempdir().unwrap();
    published(&Synthetic::new(1, 1), folder.path());
    let site = Site::open(folder.path()).unwrap();
    assert_eq!(site.check().unwrap().points, 1);
    assert_eq!(site.latest.points, [1]);
}

#[test]
fn no_file_is_larger_than_a_megabyte() {
    let folder = tempfile::tempdir().unwrap();
    let done = published(&Synthetic::new(6000, 300), folder.path());
    assert_eq!(done.remarks, [] as [&str; 0]);
    let checked = Site::open(folder.path()).unwrap().check().unwrap();
    assert!(checked.largest <= 1_000_000 && checked.largest > 10_000, "{checked:?}");
    let others = files(folder.path()).into_iter().filter(|(_, content)| content.len() > 1_000_000);
    assert_eq!(others.map(|(name, _)| name).collect::<Vec<_>>(), [] as [&str; 0]);
}

#[test]
fn names_of_any_sort_are_published() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = Altered::new(Synthetic::new(40, 40));
    source.rename = |name| format!("<script>alert(\"{name}\")</script>../\u{202e}abc\u{0}&");
    published(&source, folder.path());
    Site::open(folder.path()).unwrap().check().unwrap();
    for (name, content) in files(folder.path()) {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)), "{name}");
        assert!(!name.split('/').any(|part| part == ".."), "{name}");
        if name.ends_with(".svg") || name.ends_with(".xml") {
            assert!(!String::from_utf8(content).unwrap().contains("<script"), "{name}");
        }
    }
}

#[test]
fn pruning_leaves_what_the_head_names() {
    let folder = tempfile::tempdir().unwrap();
    published(&Synthetic::new(200, 300), folder.path());
    published(&Synthetic::new(200, 303), folder.path());
    std::fs::write(folder.path().join("data/segments/.tmp-x"), "half").unwrap();
    let before = files(folder.path()).len();
    // Young files stay but for what was never finished.
    assert_eq!(prune(folder.path(), Age::OverADay, None).unwrap().files, 1);
    assert_eq!(files(folder.path()).len(), before);
    let pruned = prune(folder.path(), Age::Any, None).unwrap();
    assert!(pruned.files > 5 && pruned.bytes > 1000, "{pruned:?}");
    assert_eq!(files(folder.path()).len(), before - pruned.files as usize);
    Site::open(folder.path()).unwrap().check().unwrap();
    assert_eq!(prune(folder.path(), Age::Any, None).unwrap().files, 0);
    let mut again = published(&Synthetic::new(200, 305), folder.path());
    assert!(!std::mem::take(&mut again.full) && again.remarks.is_empty());
}

#[test]
fn a_folder_without_a_head_is_not_pruned() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data/mine")).unwrap();
    std::fs::write(folder.path().join("data/mine/file"), "mine").unwrap();
    let error = prune(folder.path(), Age::Any, None).unwrap_err().to_string();
    assert!(error.contains("holds no site"), "{error}");
    assert!(folder.path().join("data/mine/file").exists());
}

#[test]
fn a_second_publisher_is_told_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    let lock = std::fs::File::create(folder.path().join("data/.lock")).unwrap();
    lock.lock().unwrap();
    let error = publish(&Synthetic::new(1, 1), folder.path(), &options()).unwrap_err();
    assert!(matches!(error, PublishError::Busy(_)), "{error}");
    drop(lock);
    published(&Synthetic::new(1, 1), folder.path());
}

#[test]
fn the_app_is_beside_the_data_and_the_page_comes_last() {
    let (app, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::create_dir(app.path().join("assets")).unwrap();
    std::fs::write(app.path().join("index.html"), "<script src=assets/a.js>").unwrap();
    std::fs::write(app.path().join("assets/a.js"), "1").unwrap();
    let with = Options { app: Some(App::from_folder(app.path()).unwrap()), ..options() };
    publish(&Synthetic::new(1, 1), folder.path(), &with).unwrap();
    assert_eq!(files(folder.path())["assets/a.js"], b"1");
    assert_eq!(publish(&Synthetic::new(1, 1), folder.path(), &with).unwrap().files_written, 0);
    // Another version of the app: its old files go when they are pruned.
    std::fs::remove_file(app.path().join("assets/a.js")).unwrap();
    std::fs::write(app.path().join("assets/b.js"), "2").unwrap();
    let with = Options { app: Some(App::from_folder(app.path()).unwrap()), ..options() };
    publish(&Synthetic::new(1, 1), folder.path(), &with).unwrap();
    prune(folder.path(), Age::Any, with.app.as_ref()).unwrap();
    let names: Vec<String> = files(folder.path()).into_keys().filter(|name| !name.contains("data/")).collect();
    assert!(names.contains(&"assets/b.js".to_owned()) && !names.contains(&"assets/a.js".to_owned()), "{names:?}");
}

#[test]
fn the_feed_and_the_badges_say_this() {
    let folder = tempfile::tempdir().unwrap();
    published(&Synthetic::new(120, 900), folder.path());
    let files = files(folder.path());
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    insta::assert_snapshot!("feed", text("feed.xml").lines().take(24).collect::<Vec<_>>().join("\n"));
    let badge = |name: &str| text(name).split("<title>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let badges: Vec<String> =
        files.keys().filter(|name| name.starts_with("badge/")).map(|name| format!("{name}: {}", badge(name))).collect();
    insta::assert_snapshot!("badges", badges.join("\n"));
}

#[test]
fn a_damaged_head_is_made_anew_with_a_remark() {
    let folder = tempfile::tempdir().unwrap();
    published(&Synthetic::new(10, 20), folder.path());
    std::fs::write(folder.path().join(HEAD), "{").unwrap();
    let again = published(&Synthetic::new(10, 20), folder.path());
    assert!(again.full && again.remarks[0].contains("head.json is damaged"), "{again:?}");
    Site::open(folder.path()).unwrap().check().unwrap();
}
