package com.intellij.openapi.project;

public interface Project {
  <T> T getService(Class<T> type);
}
