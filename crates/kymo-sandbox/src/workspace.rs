//! A disk of limited size for one job: an image in a file, with a file system of its own. Full means full for the job
//! alone, and nothing of it is ever a link into the machine.

use crate::beneath::{Beneath, Found, TakeError};
use crate::spec::SandboxError;
use kymo_model::Bytes;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Below this a disk holds nothing but its own tables.
const BYTES_MIN: u64 = 4 << 20;

/// From here on a disk has a journal, so that a machine that loses power keeps what was saved.
const JOURNAL_FROM_BYTES: u64 = 64 << 20;

/// No programs of the job's, no devices; no thread of the kernel that fills tables while something is measured.
const MOUNT_OPTIONS: &str = "loop,nosuid,nodev,noinit_itable,errors=remount-ro";

/// The disk of a job. It stays as it is when the value is dropped: [`Self::close`] and [`Self::remove`] end it.
#[derive(Debug)]
pub struct Workspace {
    place: PathBuf,
    folder: PathBuf,
}

impl Workspace {
    /// Makes a disk of `bytes` in the folder `place`, which is made; the user `uid` owns what is on it. Space is taken
    /// from the machine as it is used.
    ///
    /// # Errors
    /// Unsupported without loop devices or the programs of ext4.
    pub fn create(place: &Path, bytes: Bytes, uid: u32) -> Result<Self, SandboxError> {
        let bytes = bytes.get();
        if bytes < BYTES_MIN {
            return Err(SandboxError::Setup(format!("a disk of {bytes} bytes holds nothing: {BYTES_MIN} at least")));
        }
        if !Path::new("/dev/loop-control").exists() {
            return Err(no_loop());
        }
        let this = Self::at(place);
        fs::create_dir_all(&this.folder).map_err(|error| failed(&this.folder, &error))?;
        let passable = fs::Permissions::from_mode(0o711);
        fs::set_permissions(place, passable).map_err(|error| failed(place, &error))?;
        let image = this.image();
        // Under another name until it is whole: what is there after a crash is a disk or nothing.
        let half = place.join("disk.half");
        let file = File::create(&half).and_then(|file| file.set_len(bytes));
        file.map_err(|error| failed(&half, &error))?;
        let owner = format!("root_owner={uid}:{uid},lazy_itable_init=1");
        let journal: &[&str] = match bytes {
            ..JOURNAL_FROM_BYTES => &["-O", "^has_journal"],
            _ => &["-J", "size=4"],
        };
        let mut make = tool("mkfs.ext4");
        make.args(["-q", "-F", "-m", "0", "-E", &owner]).args(journal).arg(&half);
        run(make, "mkfs.ext4", "e2fsprogs", &[0])?;
        fs::rename(&half, &image).map_err(|error| failed(&image, &error))?;
        this.mount()?;
        // Made by the file system for its repairs, and owned by root: nothing for a job.
        let _ = fs::remove_dir(this.folder.join("lost+found"));
        Ok(this)
    }

    /// Opens a disk that was made before, after a stop, a kill or a loss of power: repaired and mounted where it is not.
    ///
    /// # Errors
    /// Setup where there is none at `place`, or it is past repair.
    pub fn open(place: &Path) -> Result<Self, SandboxError> {
        let this = Self::at(place);
        let image = this.image();
        if !image.is_file() {
            return Err(SandboxError::Setup(format!("there is no disk at {}", place.display())));
        }
        if !this.is_mounted() {
            const GOOD_AND_REPAIRED: [i32; 2] = [0, 1];
            let mut check = tool("e2fsck");
            check.arg("-p").arg(&image);
            run(check, "e2fsck", "e2fsprogs", &GOOD_AND_REPAIRED)?;
            this.mount()?;
        }
        Ok(this)
    }

    /// The folder of the machine where it is mounted: what [`crate::Sandbox::workspace`] is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether there is a disk at `place`.
    pub fn is_at(place: &Path) -> bool {
        Self::at(place).image().is_file()
    }

    /// Bytes of the machine's disk that it takes up now.
    pub fn used(&self) -> Bytes {
        const BLOCK_BYTES: u64 = 512;
        Bytes::new(self.image().metadata().map(|facts| facts.blocks() * BLOCK_BYTES).unwrap_or_default())
    }

    /// Writes everything out and unmounts; what is on it stays.
    ///
    /// # Errors
    /// When something still uses it.
    pub fn close(&self) -> Result<(), SandboxError> {
        if !self.is_mounted() {
            return Ok(());
        }
        let mut unmount = tool("umount");
        unmount.arg(&self.folder);
        run(unmount, "umount", "mount", &[0])
    }

    /// Unmounts and deletes it, with the folder that it was made in.
    ///
    /// # Errors
    /// When something still uses it.
    pub fn remove(self) -> Result<(), SandboxError> {
        self.close()?;
        fs::remove_dir_all(&self.place).map_err(|error| failed(&self.place, &error))
    }

    /// The bytes of a plain file on it, as [`Beneath::read`] takes them.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(&self, path: &Path, max_bytes: u64) -> Result<Vec<u8>, TakeError> {
        Beneath::open(&self.folder)?.read(path, max_bytes)
    }

    /// The plain files in a folder of it, as [`Beneath::list`] finds them.
    ///
    /// # Errors
    /// When there are more than `max_files`, or there is no such folder.
    pub fn list(&self, folder: &Path, max_files: usize) -> Result<Vec<Found>, TakeError> {
        Beneath::open(&self.folder)?.list(folder, max_files)
    }

    fn at(place: &Path) -> Self {
        Self { place: place.to_owned(), folder: place.join("disk") }
    }

    fn image(&self) -> PathBuf {
        self.place.join("disk.img")
    }

    fn is_mounted(&self) -> bool {
        let device = |path: &Path| path.metadata().map(|facts| facts.dev()).ok();
        device(&self.folder).is_some() && device(&self.folder) != device(&self.place)
    }

    fn mount(&self) -> Result<(), SandboxError> {
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, &error))?;
        let mut mount = tool("mount");
        mount.args(["-t", "ext4", "-o", MOUNT_OPTIONS]).arg(self.image()).arg(&self.folder);
        run(mount, "mount", "mount", &[0])
    }
}

fn no_loop() -> SandboxError {
    SandboxError::Unsupported("this machine has no loop devices, so disks cannot be limited: modprobe loop".into())
}

fn failed(path: &Path, error: &io::Error) -> SandboxError {
    SandboxError::Setup(format!("{}: {error}", path.display()))
}

/// A program of the machine with nothing of the runner's environment.
fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

fn run(mut command: Command, name: &str, package: &str, good: &[i32]) -> Result<(), SandboxError> {
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            SandboxError::Unsupported(format!("{name} is not installed: apt-get install {package}"))
        }
        _ => SandboxError::Setup(format!("{name}: {error}")),
    })?;
    if output.status.code().is_some_and(|code| good.contains(&code)) {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(SandboxError::Setup(format!("{name} failed: {}", said.trim())))
}
