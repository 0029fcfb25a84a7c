import org.codehaus.groovy.control.CompilerConfiguration

/** The shared library: `src` on the class path, `vars/testRunner` one object for each build. */
class Library {
    final GroovyClassLoader loader
    final Class type

    Library(File root) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.addCompilationCustomizers(new Rules())
        loader = new GroovyClassLoader(Library.classLoader, configuration)
        loader.addClasspath(new File(root, 'src').path)
        type = loader.parseClass(new File(root, 'vars/testRunner.groovy'))
    }

    Script forBuild(Steps steps) {
        Script step = (Script) type.getDeclaredConstructor().newInstance()
        step.binding = new Binding(env: steps.env)
        step.metaClass.methodMissing = { String name, Object arguments ->
            steps.invoke(name, (arguments as Object[]).toList())
        }
        return step
    }
}
