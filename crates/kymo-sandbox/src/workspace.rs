//! A disk of limited size for one job: an image in a file, with a file system of its own. Full means full for the job
//! alone, and nothing of it is ever a link into the machine.

use crate::beneath::{Beneath, Found, TakeError};
use crate::spec::SandboxError;
use kymo_model::Bytes;
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
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
    /// Where the disk is mounted. A job never sees it: beside its folder lies what keeps its space from it.
    mounted: PathBuf,
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
        fs::create_dir_all(&this.mounted).map_err(|error| failed(&this.mounted, &error))?;
        let passable = fs::Permissions::from_mode(0o711);
        fs::set_permissions(place, passable).map_err(|error| failed(place, &error))?;
        let image = this.image();
        // Under another name until it is whole: what is there after a crash is a disk or nothing.
        let half = place.join("disk.half");
        let file = File::create(&half).and_then(|file| file.set_len(bytes));
        file.map_err(|error| failed(&half, &error))?;
        let journal: &[&str] = match bytes {
            ..JOURNAL_FROM_BYTES => &["-O", "^has_journal"],
            _ => &["-J", "size=4"],
        };
        let mut make = tool("mkfs.ext4");
        make.args(["-q", "-F", "-m", "0", "-E", "lazy_itable_init=1"]).args(journal).arg(&half);
        run(make, "mkfs.ext4", "e2fsprogs", &[0])?;
        fs::rename(&half, &image).map_err(|error| failed(&image, &error))?;
        this.mount()?;
        let made = fs::create_dir(&this.folder).and_then(|()| chown(&this.folder, Some(uid), Some(uid)));
        made.map_err(|error| failed(&this.folder, &error))?;
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
        if !this.folder.is_dir() {
            return Err(SandboxError::Setup(format!("the disk at {} was never made whole", place.display())));
        }
        Ok(this)
    }

    /// The folder of the machine that the job has of it: what [`crate::Sandbox::workspace`] is.
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

    /// Leaves a job so many bytes, or as many as the disk has, with what is on it already. `false` says that there is
    /// more on it, and changes nothing.
    ///
    /// The rest is given to a file beside the job's folder: that needs neither quotas nor another size of the file system,
    /// which can only get smaller while nobody has it mounted.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn limit(&self, bytes: Bytes) -> Result<bool, SandboxError> {
        let path = self.mounted.join("withheld");
        let wrong = |error: io::Error| failed(&path, &error);
        let options = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let withheld = options.map_err(wrong)?;
        let space = rustix::fs::fstatvfs(&withheld).map_err(|errno| wrong(errno.into()))?;
        let whole = space.f_blocks * space.f_frsize;
        let (wanted, now) = (whole.saturating_sub(bytes.get()), withheld.metadata().map_err(wrong)?.len());
        if wanted <= now {
            withheld.set_len(wanted).map_err(wrong)?;
            return Ok(true);
        }
        match fallocate(&withheld, FallocateFlags::empty(), 0, wanted) {
            Ok(()) => Ok(true),
            Err(Errno::NOSPC) => {
                withheld.set_len(now).map_err(wrong)?;
                Ok(false)
            }
            Err(errno) => Err(wrong(errno.into())),
        }
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
        unmount.arg(&self.mounted);
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
        let mounted = place.join("disk");
        Self { place: place.to_owned(), folder: mounted.join("files"), mounted }
    }

    fn image(&self) -> PathBuf {
        self.place.join("disk.img")
    }

    fn is_mounted(&self) -> bool {
        let device = |path: &Path| path.metadata().map(|facts| facts.dev()).ok();
        device(&self.mounted).is_some() && device(&self.mounted) != device(&self.place)
    }

    fn mount(&self) -> Result<(), SandboxError> {
        fs::create_dir_all(&self.mounted).map_err(|error| failed(&self.mounted, &error))?;
        let mut mount = tool("mount");
        mount.args(["-t", "ext4", "-o", MOUNT_OPTIONS]).arg(self.image()).arg(&self.mounted);
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
