//! A file that is not there until it is whole and safe on disk, and takes nobody's place.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use tempfile::NamedTempFile;

/// A file to be. Until it is kept it has another name in the same folder; it goes when it is dropped.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    to: PathBuf,
}

impl NewFile {
    /// Refuses where there is such a file already.
    pub fn at(to: &Path) -> anyhow::Result<Self> {
        let there = to.try_exists().with_context(|| to.display().to_string())?;
        ensure!(
            !there,
            "{} is there already; nothing was changed",
            to.display()
        );
        let folder = folder_of(to);
        let file = tempfile::Builder::new()
            .prefix(".styrkedja-")
            .tempfile_in(&folder)
            .with_context(|| format!("nothing can be written to {}", folder.display()))?;
        Ok(Self {
            file,
            to: to.to_owned(),
        })
    }

    /// Where it is until it is kept: empty at first.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Keeps it under its name. Returns its size in bytes.
    pub fn keep(self) -> anyhow::Result<u64> {
        let Self { file, to } = self;
        file.as_file().sync_all()?;
        let bytes = file.as_file().metadata()?.len();
        file.persist_noclobber(&to)
            .with_context(|| format!("{} can not be made", to.display()))?;
        sync_folder(&to)?;
        Ok(bytes)
    }
}

/// Makes what was renamed in the folder of a file outlive a loss of power.
pub fn sync_folder(file: &Path) -> anyhow::Result<()> {
    Ok(File::open(folder_of(file))?.sync_all()?)
}

pub fn folder_of(file: &Path) -> PathBuf {
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

/// The size of a file, where there is one.
pub fn size_of(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_whole_and_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("copy");
        let names = || fs::read_dir(folder.path()).unwrap().count();

        let given_up = NewFile::at(&to).unwrap();
        fs::write(given_up.path(), "half").unwrap();
        assert!(!to.exists());
        drop(given_up);
        assert_eq!(names(), 0);

        let (one, other) = (NewFile::at(&to).unwrap(), NewFile::at(&to).unwrap());
        fs::write(one.path(), "whole").unwrap();
        assert_eq!(one.keep().unwrap(), 5);
        other.keep().unwrap_err();
        NewFile::at(&to).unwrap_err();
        assert_eq!((fs::read(&to).unwrap(), names()), (b"whole".to_vec(), 1));
    }
}
