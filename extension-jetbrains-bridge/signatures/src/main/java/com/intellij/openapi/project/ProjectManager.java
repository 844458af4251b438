package com.intellij.openapi.project;

public abstract class ProjectManager {
  public static ProjectManager getInstance() {
    throw new UnsupportedOperationException();
  }

  public abstract Project[] getOpenProjects();
}
