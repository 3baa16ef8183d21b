#include "storage.h"
#include <string.h>

/// A file of the storage; the default VFS's own file follows in memory.
typedef struct {
  sqlite3_file base;
  faulty_storage *storage;
  sqlite3_file *below;
  /// 0 for what is not recorded: temporary files.
  int number;
  /// Whether the next sync makes its name durable too, as SQLite does for new logs and journals.
  int names_pending;
} recorded_file;

#define LOCKED(storage) pthread_mutex_lock(&(storage)->mutex)
#define UNLOCKED(storage) pthread_mutex_unlock(&(storage)->mutex)

static recorded_file *recorded(sqlite3_file *file) { return (recorded_file *)file; }
static sqlite3_file *below(sqlite3_file *file) { return recorded(file)->below; }

static int file_close(sqlite3_file *file) {
  recorded_file *self = recorded(file);
  int result = self->below->pMethods->xClose(self->below);
  LOCKED(self->storage);
  self->storage->open_files--;
  UNLOCKED(self->storage);
  return result;
}

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
  recorded_file *self = recorded(file);
  LOCKED(self->storage);
  int fails = storage_fails(self->storage, FAULTY_READS);
  UNLOCKED(self->storage);
  if (fails) return SQLITE_IOERR_READ;
  return self->below->pMethods->xRead(self->below, bytes, count, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  recorded_file *self = recorded(file);
  if (!self->number) return self->below->pMethods->xWrite(self->below, bytes, count, offset);
  int result = SQLITE_OK;
  int64_t fitting = 0;
  LOCKED(self->storage);
  if (storage_fails(self->storage, FAULTY_WRITES)) {
    result = SQLITE_IOERR_WRITE;
  } else {
    fitting = storage_reserve(self->storage, self->number, offset + count, count);
    if (fitting < count) result = SQLITE_FULL;
  }
  if (fitting > 0) {
    int done = self->below->pMethods->xWrite(self->below, bytes, (int)fitting, offset);
    if (done == SQLITE_OK) {
      done = storage_record(
        self->storage, FAULTY_WRITE, self->number, offset, bytes, fitting);
    }
    if (done != SQLITE_OK) result = done;
  }
  UNLOCKED(self->storage);
  return result;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  recorded_file *self = recorded(file);
  if (!self->number) return self->below->pMethods->xTruncate(self->below, size);
  LOCKED(self->storage);
  int result;
  if (storage_fails(self->storage, FAULTY_TRUNCATIONS)) {
    result = SQLITE_IOERR_TRUNCATE;
  } else {
    storage_shrink(self->storage, self->number, size);
    result = self->below->pMethods->xTruncate(self->below, size);
    if (result == SQLITE_OK) {
      result = storage_record(self->storage, FAULTY_TRUNCATE, self->number, size, NULL, 0);
    }
  }
  UNLOCKED(self->storage);
  return result;
}

static int file_sync(sqlite3_file *file, int flags) {
  (void)flags;
  recorded_file *self = recorded(file);
  if (!self->number) return SQLITE_OK;
  LOCKED(self->storage);
  int result;
  if (storage_fails(self->storage, FAULTY_SYNCS)) {
    storage_record(self->storage, FAULTY_FAILED_SYNC, self->number, 0, NULL, 0);
    result = SQLITE_IOERR_FSYNC;
  } else {
    result = storage_record(self->storage, FAULTY_SYNC, self->number, 0, NULL, 0);
    if (result == SQLITE_OK && self->names_pending) {
      self->names_pending = 0;
      result = storage_record(self->storage, FAULTY_DIRECTORY_SYNC, 0, 0, NULL, 0);
    }
  }
  UNLOCKED(self->storage);
  return result;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}
static int file_lock(sqlite3_file *file, int level) {
  return below(file)->pMethods->xLock(below(file), level);
}
static int file_unlock(sqlite3_file *file, int level) {
  return below(file)->pMethods->xUnlock(below(file), level);
}
static int file_check_lock(sqlite3_file *file, int *is_locked) {
  return below(file)->pMethods->xCheckReservedLock(below(file), is_locked);
}
static int file_control(sqlite3_file *file, int operation, void *argument) {
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
static int file_sector_size(sqlite3_file *file) {
  return below(file)->pMethods->xSectorSize(below(file));
}
static int file_characteristics(sqlite3_file *file) {
  return below(file)->pMethods->xDeviceCharacteristics(below(file));
}
// The index of the log is memory: no power cut leaves any of it.
static int file_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory) {
  return below(file)->pMethods->xShmMap(below(file), region, size, extend, memory);
}
static int file_map_lock(sqlite3_file *file, int offset, int count, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}
static void file_map_barrier(sqlite3_file *file) {
  below(file)->pMethods->xShmBarrier(below(file));
}
static int file_unmap(sqlite3_file *file, int deletes) {
  return below(file)->pMethods->xShmUnmap(below(file), deletes);
}

/// Version 2: without xFetch, so that every read and write of a page comes by here.
static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_characteristics,
  .xShmMap = file_map,
  .xShmLock = file_map_lock,
  .xShmBarrier = file_map_barrier,
  .xShmUnmap = file_unmap,
};

static faulty_storage *storage_of(sqlite3_vfs *vfs) { return vfs->pAppData; }

/// Finds or makes the number of a file that is being opened; answers a result of SQLite.
static int identify(recorded_file *file, const char *path, int flags, int existed) {
  faulty_storage *storage = file->storage;
  file->number = storage_find(storage, path);
  int synchronizes_name = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
  file->names_pending = (flags & SQLITE_OPEN_CREATE) && (flags & synchronizes_name);
  if (file->number) return SQLITE_OK;
  // What was there before would be missing in the record.
  if (existed) return SQLITE_CANTOPEN;
  file->number = storage_add(storage, path);
  if (!file->number) return SQLITE_CANTOPEN;
  return storage_record(
    storage, FAULTY_CREATE, file->number, 0, path, (int64_t)strlen(path));
}

static int vfs_open(
  sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *flags_out) {
  faulty_storage *storage = storage_of(vfs);
  recorded_file *self = recorded(file);
  memset(self, 0, sizeof *self);
  self->storage = storage;
  self->below = (sqlite3_file *)(self + 1);
  LOCKED(storage);
  int existed = 0;
  int result = SQLITE_OK;
  if (path) {
    if (storage_fails(storage, FAULTY_NAMES)) result = SQLITE_CANTOPEN;
    else result = storage->below->xAccess(storage->below, path, SQLITE_ACCESS_EXISTS, &existed);
  }
  if (result == SQLITE_OK) {
    result = storage->below->xOpen(storage->below, path, self->below, flags, flags_out);
  }
  if (result == SQLITE_OK && path) {
    result = identify(self, path, flags, existed);
    if (result != SQLITE_OK) self->below->pMethods->xClose(self->below);
  }
  if (result == SQLITE_OK) {
    file->pMethods = &methods;
    storage->open_files++;
  }
  UNLOCKED(storage);
  return result;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int synchronizes) {
  faulty_storage *storage = storage_of(vfs);
  LOCKED(storage);
  int result;
  if (storage_fails(storage, FAULTY_NAMES)) {
    result = SQLITE_IOERR_DELETE;
  } else {
    result = storage->below->xDelete(storage->below, path, 0);
    int number = storage_find(storage, path);
    if (result == SQLITE_OK && number) {
      storage_shrink(storage, number, 0);
      storage_file(storage, number)->exists = 0;
      result = storage_record(
        storage, FAULTY_DELETE, number, 0, path, (int64_t)strlen(path));
    }
    if (result == SQLITE_OK && synchronizes) {
      result = storage_record(storage, FAULTY_DIRECTORY_SYNC, 0, 0, NULL, 0);
    }
  }
  UNLOCKED(storage);
  return result;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *answer) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xAccess(default_vfs, path, flags, answer);
}
static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int count, char *out) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xFullPathname(default_vfs, path, count, out);
}
static int vfs_randomness(sqlite3_vfs *vfs, int count, char *out) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xRandomness(default_vfs, count, out);
}
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xSleep(default_vfs, microseconds);
}
static int vfs_time(sqlite3_vfs *vfs, double *out) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xCurrentTime(default_vfs, out);
}
static int vfs_time_milliseconds(sqlite3_vfs *vfs, sqlite3_int64 *out) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xCurrentTimeInt64(default_vfs, out);
}
static int vfs_last_error(sqlite3_vfs *vfs, int count, char *out) {
  sqlite3_vfs *default_vfs = storage_of(vfs)->below;
  return default_vfs->xGetLastError ? default_vfs->xGetLastError(default_vfs, count, out) : 0;
}

void storage_install(faulty_storage *storage) {
  sqlite3_vfs *default_vfs = storage->below;
  if (!default_vfs) return;
  storage->vfs = (sqlite3_vfs){
    .iVersion = 2,
    .szOsFile = (int)sizeof(recorded_file) + default_vfs->szOsFile,
    .mxPathname = default_vfs->mxPathname,
    .zName = storage->name,
    .pAppData = storage,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_time_milliseconds,
  };
}
