rootProject.name = "prodlens"
