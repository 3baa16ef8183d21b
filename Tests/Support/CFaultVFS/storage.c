#include "storage.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

faulty_storage *faulty_storage_create(void) {
  static int last = 0;
  faulty_storage *storage = calloc(1, sizeof *storage);
  if (!storage) return NULL;
  storage->below = sqlite3_vfs_find(NULL);
  snprintf(
    storage->name, sizeof storage->name, "faulty-storage-%d",
    __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED));
  pthread_mutex_init(&storage->mutex, NULL);
  storage_install(storage);
  if (!storage->below || sqlite3_vfs_register(&storage->vfs, 0) != SQLITE_OK) {
    free(storage);
    return NULL;
  }
  return storage;
}

void faulty_storage_destroy(faulty_storage *storage) {
  sqlite3_vfs_unregister(&storage->vfs);
  pthread_mutex_lock(&storage->mutex);
  int open_files = storage->open_files;
  pthread_mutex_unlock(&storage->mutex);
  // A test that did not close its database: its connections still call into this memory.
  if (open_files > 0) return;
  for (int64_t i = 0; i < storage->count; i++) free((void *)storage->operations[i].bytes);
  for (int i = 0; i < storage->file_count; i++) free(storage->files[i].name);
  free(storage->operations);
  pthread_mutex_destroy(&storage->mutex);
  free(storage);
}

const char *faulty_storage_name(const faulty_storage *storage) { return storage->name; }

int64_t faulty_storage_position(faulty_storage *storage) {
  pthread_mutex_lock(&storage->mutex);
  int64_t count = storage->count;
  pthread_mutex_unlock(&storage->mutex);
  return count;
}

faulty_operation faulty_storage_operation(faulty_storage *storage, int64_t position) {
  pthread_mutex_lock(&storage->mutex);
  faulty_operation operation = storage->operations[position];
  pthread_mutex_unlock(&storage->mutex);
  return operation;
}

void faulty_storage_fail(
  faulty_storage *storage, unsigned kinds, int64_t nth, int persistent) {
  pthread_mutex_lock(&storage->mutex);
  storage->failing = kinds;
  storage->until_failure = nth;
  storage->persistent = persistent;
  storage->failures = 0;
  pthread_mutex_unlock(&storage->mutex);
}

void faulty_storage_limit(faulty_storage *storage, int64_t bytes) {
  pthread_mutex_lock(&storage->mutex);
  storage->limited = 1;
  storage->space = bytes;
  storage->failures = 0;
  pthread_mutex_unlock(&storage->mutex);
}

void faulty_storage_heal(faulty_storage *storage) {
  pthread_mutex_lock(&storage->mutex);
  storage->failing = 0;
  storage->limited = 0;
  pthread_mutex_unlock(&storage->mutex);
}

int64_t faulty_storage_failures(faulty_storage *storage) {
  pthread_mutex_lock(&storage->mutex);
  int64_t failures = storage->failures;
  pthread_mutex_unlock(&storage->mutex);
  return failures;
}

int faulty_storage_synchronize_directory(faulty_storage *storage) {
  pthread_mutex_lock(&storage->mutex);
  int succeeds = !storage_fails(storage, FAULTY_SYNCS) &&
    storage_record(storage, FAULTY_DIRECTORY_SYNC, 0, 0, NULL, 0) == SQLITE_OK;
  pthread_mutex_unlock(&storage->mutex);
  return succeeds;
}

int storage_fails(faulty_storage *storage, unsigned kind) {
  if (!(storage->failing & kind)) return 0;
  if (storage->until_failure > 1) {
    storage->until_failure--;
    return 0;
  }
  if (!storage->persistent) storage->failing = 0;
  storage->failures++;
  return 1;
}

int storage_record(
  faulty_storage *storage, faulty_operation_kind kind, int file, int64_t offset, const void *bytes,
  int64_t count) {
  if (storage->bytes + count > LONGEST_RECORD_BYTES) return SQLITE_NOMEM;
  if (storage->count == storage->capacity) {
    int64_t capacity = storage->capacity ? storage->capacity * 2 : 1024;
    faulty_operation *grown =
      realloc(storage->operations, (size_t)capacity * sizeof *storage->operations);
    if (!grown) return SQLITE_NOMEM;
    storage->operations = grown;
    storage->capacity = capacity;
  }
  void *copy = NULL;
  if (count > 0) {
    copy = malloc((size_t)count);
    if (!copy) return SQLITE_NOMEM;
    memcpy(copy, bytes, (size_t)count);
  }
  storage->bytes += count;
  storage->operations[storage->count++] = (faulty_operation){
    .kind = kind, .file = file, .offset = offset, .bytes = copy, .count = count};
  return SQLITE_OK;
}

int storage_find(faulty_storage *storage, const char *name) {
  for (int i = storage->file_count; i > 0; i--) {
    if (storage->files[i - 1].exists && strcmp(storage->files[i - 1].name, name) == 0) return i;
  }
  return 0;
}

int storage_add(faulty_storage *storage, const char *name) {
  if (storage->file_count == MOST_FILES) return 0;
  char *copy = strdup(name);
  if (!copy) return 0;
  storage->files[storage->file_count] = (known_file){.name = copy, .exists = 1};
  return ++storage->file_count;
}

known_file *storage_file(faulty_storage *storage, int number) {
  return &storage->files[number - 1];
}

int64_t storage_reserve(faulty_storage *storage, int number, int64_t end, int64_t count) {
  known_file *file = storage_file(storage, number);
  int64_t growth = end > file->size ? end - file->size : 0;
  if (storage->limited && growth > storage->space) {
    storage->failures++;
    count -= growth - storage->space;
    growth = storage->space;
    // A hole before the write does not fit either.
    if (count < 0) return 0;
  }
  if (storage->limited) storage->space -= growth;
  file->size += growth;
  return count;
}

void storage_shrink(faulty_storage *storage, int number, int64_t size) {
  known_file *file = storage_file(storage, number);
  if (size >= file->size) return;
  if (storage->limited) storage->space += file->size - size;
  file->size = size;
}
